"""Messages of Cisco ASA, NetScreen, Juniper SRX, Shorewall and SuSE firewalls.

https://www.cisco.com/c/en/us/td/docs/security/asa/syslog/b_syslog.html
"""

import re

from kelp.agent.grok.rename import renamed

# Parts that many messages share: @name@.
_PARTS = {
    "src": "%{IP:src_ip}/%{INT:src_port}",
    "dst": "%{IP:dst_ip}/%{INT:dst_port}",
    "from": "%{DATA:src_interface}:%{IP:src_ip}/%{INT:src_port}",
    "to": "%{DATA:dst_interface}:%{IP:dst_ip}/%{INT:dst_port}",
    "srcuser": r"(?:\(%{DATA:src_fwuser}\))?",
    "dstuser": r"(?:\(%{DATA:dst_fwuser}\))?",
    "user": r"(?: \(%{DATA:user}\))?",
    "did": "%{CISCO_ACTION:action} %{WORD:protocol}",
    "directed": "%{CISCO_ACTION:action} %{CISCO_DIRECTION:direction} %{WORD:protocol}",
    "connection": "%{CISCO_ACTION:action}(?: %{CISCO_DIRECTION:direction})? %{WORD:protocol} connection",
    "flags": "flags %{GREEDYDATA:tcp_flags} on interface %{GREEDYDATA:interface}",
    "icmp": r"\(type %{INT:icmp_type}, code %{INT:icmp_code}\)",
    "hash": r"\[%{DATA:hashcode1}, %{DATA:hashcode2}\]",
    "hits": "hit-cnt %{INT:hit_count} %{CISCO_INTERVAL:interval}",
    "unit": r"\((?:Primary|Secondary)\) Switching to",
    "name": "[Ii]nterface %{GREEDYDATA:interface_name}",
}

_CISCO = r"""
CISCOTIMESTAMP %{MONTH} +%{MONTHDAY}(?: %{YEAR})? %{TIME}
CISCOTAG [A-Z\d]+-%{INT}-\w+
CISCO_TAGGED_SYSLOG ^<%{POSINT:syslog_pri}>%{CISCOTIMESTAMP:timestamp}(?: %{SYSLOGHOST:sysloghost})? ?: %%{CISCOTAG:ciscotag}:
CISCO_ACTION (?:Built|Teardown|Den(?:y|ied)|denied(?: by ACL)??|requested|permitted|discarded|est-allowed|Dropping|created|deleted)
CISCO_REASON (?:Duplicate TCP SYN|Failed to locate egress interface|Invalid transport field|No matching connection|DNS (?:Response|Query)|(?:\w+\s*)*)
CISCO_DIRECTION (?:[Ii]n|[Oo]ut)bound
CISCO_INTERVAL (?:first hit|%{INT}-second interval)
CISCO_XLATE_TYPE (?:static|dynamic)
CISCOFW104001 @unit@ ACTIVE - %{GREEDYDATA:switch_reason}
CISCOFW104002 @unit@ STANDBY - %{GREEDYDATA:switch_reason}
CISCOFW104003 @unit@ FAILED\.
CISCOFW104004 @unit@ OK\.
CISCOFW105003 \((?:Primary|Secondary)\) Monitoring on @name@ waiting
CISCOFW105004 \((?:Primary|Secondary)\) Monitoring on @name@ normal
CISCOFW105005 \((?:Primary|Secondary)\) Lost Failover communications with mate on @name@
CISCOFW105008 \((?:Primary|Secondary)\) Testing @name@
CISCOFW105009 \((?:Primary|Secondary)\) Testing on @name@ (?:Passed|Failed)
CISCOFW106001 %{CISCO_DIRECTION:direction} %{WORD:protocol} connection %{CISCO_ACTION:action} from @src@ to @dst@ @flags@
CISCOFW106006_106007_106010 @directed@ (?:from|src) @src@@srcuser@ (?:to|dst) @dst@@dstuser@ (?:on interface %{DATA:interface}|due to %{CISCO_REASON:reason})
CISCOFW106014 @directed@ src %{DATA:src_interface}:%{IP:src_ip}@srcuser@ dst %{DATA:dst_interface}:%{IP:dst_ip}@dstuser@ @icmp@
CISCOFW106015 @did@ \(%{DATA:policy_id}\) from @src@ to @dst@ @flags@
CISCOFW106021 @did@ reverse path check from %{IP:src_ip} to %{IP:dst_ip} on interface %{GREEDYDATA:interface}
CISCOFW106023 %{CISCO_ACTION:action}(?: protocol)? %{WORD:protocol} src %{DATA:src_interface}:%{DATA:src_ip}(?:/%{INT:src_port})?@srcuser@ dst %{DATA:dst_interface}:%{DATA:dst_ip}(?:/%{INT:dst_port})?@dstuser@(?: @icmp@)? by access-group "?%{DATA:policy_id}"? @hash@
CISCOFW106100_2_3 access-list %{NOTSPACE:policy_id} @did@ for user '%{DATA:src_fwuser}' %{DATA:src_interface}/%{IP:src_ip}\(%{INT:src_port}\) -> %{DATA:dst_interface}/%{IP:dst_ip}\(%{INT:dst_port}\) @hits@ @hash@
CISCOFW106100 access-list %{NOTSPACE:policy_id} @did@ %{DATA:src_interface}/%{IP:src_ip}\(%{INT:src_port}\)@srcuser@ -> %{DATA:dst_interface}/%{IP:dst_ip}\(%{INT:dst_port}\)@srcuser@ @hits@ @hash@
CISCOFW304001 %{IP:src_ip}@srcuser@ Accessed URL %{IP:dst_ip}:%{GREEDYDATA:dst_url}
CISCOFW110002 %{CISCO_REASON:reason} for %{WORD:protocol} from @from@ to @dst@
CISCOFW302010 %{INT:connection_count} in use, %{INT:connection_count_max} most used
CISCOFW302013_302014_302015_302016 @connection@ %{INT:connection_id} for @from@(?: \(%{IP:src_mapped_ip}/%{INT:src_mapped_port}\))?@srcuser@ to @to@(?: \(%{IP:dst_mapped_ip}/%{INT:dst_mapped_port}\))?@dstuser@(?: duration %{TIME:duration} bytes %{INT:bytes})?(?: %{CISCO_REASON:reason})?@user@
CISCOFW302020_302021 @connection@ for faddr %{IP:dst_ip}/%{INT:icmp_seq_num}(?:\(%{DATA:fwuser}\))? gaddr %{IP:src_xlated_ip}/%{INT:icmp_code_xlated} laddr %{IP:src_ip}/%{INT:icmp_code}@user@
CISCOFW305011 %{CISCO_ACTION:action} %{CISCO_XLATE_TYPE:xlate_type} %{WORD:protocol} translation from %{DATA:src_interface}:%{IP:src_ip}(?:/%{INT:src_port})?@srcuser@ to %{DATA:src_xlated_interface}:%{IP:src_xlated_ip}/%{DATA:src_xlated_port}
CISCOFW313001_313004_313008 @did@ type=%{INT:icmp_type}, code=%{INT:icmp_code} from %{IP:src_ip} on interface %{DATA:interface}(?: to %{IP:dst_ip})?
CISCOFW313005 %{CISCO_REASON:reason} for %{WORD:protocol} error message: %{WORD:err_protocol} src %{DATA:err_src_interface}:%{IP:err_src_ip}(?:\(%{DATA:err_src_fwuser}\))? dst %{DATA:err_dst_interface}:%{IP:err_dst_ip}(?:\(%{DATA:err_dst_fwuser}\))? \(type %{INT:err_icmp_type}, code %{INT:err_icmp_code}\) on %{DATA:interface} interface\. +Original IP payload: %{WORD:orig_protocol} src %{IP:orig_src_ip}/%{INT:orig_src_port}(?:\(%{DATA:orig_src_fwuser}\))? dst %{IP:orig_dst_ip}/%{INT:orig_dst_port}(?:\(%{DATA:orig_dst_fwuser}\))?
CISCOFW321001 Resource '%{WORD:resource_name}' limit of %{POSINT:resource_limit} reached for system
CISCOFW402117 %{WORD:protocol}: Received a non-IPSec packet \(protocol=@eq@%{WORD:orig_protocol}\) from %{IP:src_ip} to %{IP:dst_ip}@end@
CISCOFW402119 %{WORD:protocol}: Received an %{WORD:orig_protocol} packet \(SPI=@eq@%{DATA:spi}, sequence number=@eq@%{DATA:seq_num}\) from %{IP:src_ip} \(user=@eq@%{DATA:user}\) to %{IP:dst_ip} that failed anti-replay checking@end@
CISCOFW419001 @did@ packet from @from@ to @to@, reason: %{GREEDYDATA:reason}
CISCOFW419002 %{CISCO_REASON:reason} from @from@ to @to@ with different initial sequence number
CISCOFW500004 %{CISCO_REASON:reason} for protocol=%{WORD:protocol}, from @src@ to @dst@
CISCOFW602303_602304 %{WORD:protocol}: An %{CISCO_DIRECTION:direction} %{GREEDYDATA:tunnel_type} SA \(SPI=@eq@%{DATA:spi}\) between %{IP:src_ip} and %{IP:dst_ip} \(user=@eq@%{DATA:user}\) has been %{CISCO_ACTION:action}
CISCOFW710001_710002_710003_710005_710006 %{WORD:protocol} (?:request|access) %{CISCO_ACTION:action} from @src@ to @to@
CISCOFW713172 Group = %{GREEDYDATA:group}, IP = %{IP:src_ip}, Automatic NAT Detection Status:\s+Remote end\s*%{DATA:is_remote_natted}\s*behind a NAT device\s+This\s+end\s*%{DATA:is_local_natted}\s*behind a NAT device
CISCOFW733100 \[\s*%{DATA:drop_type}\s*\] drop %{DATA:drop_rate_id} exceeded. Current burst rate is %{INT:drop_rate_current_burst} per second, max configured rate is %{INT:drop_rate_max_burst}; Current average rate is %{INT:drop_rate_current_avg} per second, max configured rate is %{INT:drop_rate_max_avg}; Cumulative total count is %{INT:drop_total_count}
"""

_JUNOS = r"""
RT_FLOW1 %{RT_FLOW_EVENT:event}: %{GREEDYDATA:close-reason}: @flow@ %{DATA:service} @nat@ %{INT:protocol-id} @policy@ %{INT:session-id} \d+\(%{DATA:sent}\) \d+\(%{DATA:received}\) %{INT:elapsed-time} .*
RT_FLOW2 %{RT_FLOW_EVENT:event}: session created @flow@ %{DATA:service} @nat@ %{INT:protocol-id} @policy@ %{INT:session-id} .*
RT_FLOW3 %{RT_FLOW_EVENT:event}: session denied @flow@ %{DATA:service} %{INT:protocol-id}\(\d\) @policy@ .*
"""
_FLOW = {
    "flow": "%{IP:src-ip}/%{INT:src-port}->%{IP:dst-ip}/%{INT:dst-port}",
    "nat": "%{IP:nat-src-ip}/%{INT:nat-src-port}->%{IP:nat-dst-ip}/%{INT:nat-dst-port} "
    "%{DATA:src-nat-rule-name} %{DATA:dst-nat-rule-name}",
    "policy": "%{DATA:policy-name} %{DATA:from-zone} %{DATA:to-zone}",
}
_RT_FLOW = "(?:RT_FLOW_SESSION_(?:CREATE|CLOSE|DENY))"


def _filled(text: str, parts: dict[str, str]) -> str:
    for name, part in parts.items():
        text = text.replace(f"@{name}@", part)
    return text


LEGACY = (
    _filled(_CISCO, {**_PARTS, "eq": " ", "end": ""}).replace("payload: %{WORD:orig_", "payload: %{WORD:")
    + f"RT_FLOW_EVENT {_RT_FLOW}"
    + _filled(_JUNOS, _FLOW)
    + r"""
NETSCREENSESSIONLOG %{SYSLOGTIMESTAMP:date} %{IPORHOST:device} %{IPORHOST}: NetScreen device_id=%{WORD:device_id}%{DATA}: start_time=%{QUOTEDSTRING:start_time} duration=%{INT:duration} policy_id=%{INT:policy_id} service=%{DATA:service} proto=%{INT:proto} src zone=%{WORD:src_zone} dst zone=%{WORD:dst_zone} action=%{WORD:action} sent=%{INT:sent} rcvd=%{INT:rcvd} src=%{IPORHOST:src_ip} dst=%{IPORHOST:dst_ip} src_port=%{INT:src_port} dst_port=%{INT:dst_port} src-xlated ip=%{IPORHOST:src_xlated_ip} port=%{INT:src_xlated_port} dst-xlated ip=%{IPORHOST:dst_xlated_ip} port=%{INT:dst_xlated_port} session_id=%{INT:session_id} reason=%{GREEDYDATA:reason}
SHOREWALL %{SYSLOGTIMESTAMP:timestamp} %{WORD:nf_host} .*Shorewall:%{WORD:nf_action1}?:%{WORD:nf_action2}?.*IN=%{USERNAME:nf_in_interface}?.*(?:OUT= *MAC=%{COMMONMAC:nf_dst_mac}:%{COMMONMAC:nf_src_mac}?|OUT=%{USERNAME:nf_out_interface}).*SRC=%{IPV4:nf_src_ip}.*DST=%{IPV4:nf_dst_ip}.*LEN=%{WORD:nf_len}.*?TOS=%{WORD:nf_tos}.*?PREC=%{WORD:nf_prec}.*?TTL=%{INT:nf_ttl}.*?ID=%{INT:nf_id}.*?PROTO=%{WORD:nf_protocol}.*?SPT=%{INT:nf_src_port}.*DPT=%{INT:nf_dst_port}.*
SFW2 (?:%{SYSLOGTIMESTAMP:timestamp}|%{TIMESTAMP_ISO8601:timestamp})\s*%{HOSTNAME}\s*kernel\S+\s*(?:%{NAGIOSTIME}\s*)?SFW2-INext-%{NOTSPACE:nf_action}\s*IN=%{USERNAME:nf_in_interface}.*OUT=(?:\s*%{USERNAME:nf_out_interface})?\s*MAC=(?:%{COMMONMAC:nf_dst_mac}:%{COMMONMAC:nf_src_mac}|\s*).*SRC=%{IP:nf_src_ip}\s*DST=%{IP:nf_dst_ip}.*PROTO=%{WORD:nf_protocol}(?:.*SPT=%{INT:nf_src_port}.*DPT=%{INT:nf_dst_port}.*)?
"""
)

_ASA = "[cisco][asa]"
_CISCO_NAMES = {
    "timestamp": "timestamp",
    "syslog_pri": "[log][syslog][priority]:integer",
    "sysloghost": "[host][hostname]",
    "ciscotag": f"{_ASA}[tag]",
    "action": f"{_ASA}[outcome]",
    "direction": f"{_ASA}[network][direction]",
    "protocol": f"{_ASA}[network][transport]",
    "reason": "[event][reason]",
    "switch_reason": "[event][reason]",
    "interface_name": "[network][interface][name]",
    "interface": "[observer][egress][interface][name]",
    "src_interface": "[observer][ingress][interface][name]",
    "dst_interface": "[observer][egress][interface][name]",
    "src_ip": "[source][ip]",
    "src_port": "[source][port]:integer",
    "src_fwuser": "[source][user][name]",
    "src_mapped_ip": "[source][nat][ip]",
    "src_mapped_port": "[source][nat][port]:integer",
    "src_xlated_ip": "[source][nat][ip]",
    "dst_ip": "[destination][ip]",
    "dst_port": "[destination][port]:integer",
    "dst_fwuser": "[destination][user][name]",
    "dst_mapped_ip": "[destination][nat][ip]",
    "dst_mapped_port": "[destination][nat][port]:integer",
    "dst_url": "[url][original]",
    "user": "[user][name]",
    "tcp_flags": f"{_ASA}[tcp_flags]",
    "icmp_type": f"{_ASA}[icmp_type]:integer",
    "icmp_code": f"{_ASA}[icmp_code]:integer",
    "policy_id": f"{_ASA}[rule_name]",
    "hashcode1": "[@metadata][cisco][asa][hashcode1]",
    "hashcode2": "[@metadata][cisco][asa][hashcode2]",
    "hit_count": f"{_ASA}[hit_count]:integer",
    "connection_id": f"{_ASA}[connection_id]",
    "connection_count": f"{_ASA}[connections][in_use]:integer",
    "connection_count_max": f"{_ASA}[connections][most_used]:integer",
    "duration": f"{_ASA}[duration]",
    "bytes": "[network][bytes]:integer",
    "resource_name": f"{_ASA}[resource][name]",
    "resource_limit": f"{_ASA}[resource][limit]:integer",
    "spi": f"{_ASA}[ipsec][spi]",
    "seq_num": f"{_ASA}[ipsec][seq_num]",
    "tunnel_type": f"{_ASA}[ipsec][tunnel_type]",
    "group": f"{_ASA}[source][group]",
    "is_remote_natted": "[@metadata][cisco][asa][remote_nat]",
    "is_local_natted": "[@metadata][cisco][asa][local_nat]",
    "drop_type": f"{_ASA}[burst][object]",
    "drop_rate_id": f"{_ASA}[burst][id]",
    "drop_rate_current_burst": f"{_ASA}[burst][current_rate]:integer",
    "drop_rate_max_burst": f"{_ASA}[burst][configured_rate]:integer",
    "drop_rate_current_avg": f"{_ASA}[burst][avg_rate]:integer",
    "drop_rate_max_avg": f"{_ASA}[burst][configured_avg_rate]:integer",
    "drop_total_count": f"{_ASA}[burst][cumulative_count]:integer",
}
_PAYLOAD = f"{_ASA}[original_ip_payload]"
# Messages whose fields have other names than in the rest.
_CISCO_OTHERS = {
    "CISCOFW106100_2_3": {"src_fwuser": "[user][name]"},
    "CISCOFW302020_302021": {
        "icmp_seq_num": f"{_ASA}[icmp_seq]:integer",
        "fwuser": "[destination][user][name]",
        "icmp_code_xlated": f"{_ASA}[icmp_type]:integer",
        "icmp_code": "",
        "user": "[source][user][name]",
    },
    "CISCOFW305011": {
        "src_xlated_interface": "[observer][egress][interface][name]",
        "src_xlated_ip": "[destination][ip]",
        "src_xlated_port": "[destination][port]:integer",
    },
    "CISCOFW313005": {
        "err_src_interface": "[observer][ingress][interface][name]",
        "err_src_ip": "[source][ip]",
        "err_src_fwuser": "[source][user][name]",
        "err_dst_interface": "[observer][egress][interface][name]",
        "err_dst_ip": "[destination][ip]",
        "err_dst_fwuser": "[destination][user][name]",
        "err_icmp_type": f"{_ASA}[icmp_type]:integer",
        "err_icmp_code": f"{_ASA}[icmp_code]:integer",
        "interface": "",
        "orig_protocol": f"{_PAYLOAD}[network][transport]",
        "orig_src_ip": f"{_PAYLOAD}[source][ip]",
        "orig_src_port": f"{_PAYLOAD}[source][port]:integer",
        "orig_src_fwuser": f"{_PAYLOAD}[source][user][name]",
        "orig_dst_ip": f"{_PAYLOAD}[destination][ip]",
        "orig_dst_port": f"{_PAYLOAD}[destination][port]:integer",
        "orig_dst_fwuser": f"{_PAYLOAD}[destination][user][name]",
    },
    "CISCOFW402117": {
        "protocol": f"{_ASA}[network][type]",
        "orig_protocol": f"{_ASA}[network][transport]",
    },
    "CISCOFW402119": {
        "protocol": f"{_ASA}[network][type]",
        "orig_protocol": f"{_ASA}[ipsec][protocol]",
        "user": "[source][user][name]",
    },
    "CISCOFW602303_602304": {"protocol": f"{_ASA}[network][type]", "user": "[source][user][name]"},
}
_JUNOS_NAMES = {
    "event": "[juniper][srx][tag]",
    "close-reason": "[juniper][srx][reason]",
    "src-ip": "[source][ip]",
    "src-port": "[source][port]:integer",
    "dst-ip": "[destination][ip]",
    "dst-port": "[destination][port]:integer",
    "service": "[juniper][srx][service_name]",
    "nat-src-ip": "[source][nat][ip]",
    "nat-src-port": "[source][nat][port]:integer",
    "nat-dst-ip": "[destination][nat][ip]",
    "nat-dst-port": "[destination][nat][port]:integer",
    "src-nat-rule-name": "[juniper][srx][src_nat_rule_name]",
    "dst-nat-rule-name": "[juniper][srx][dst_nat_rule_name]",
    "protocol-id": "[network][iana_number]",
    "policy-name": "[rule][name]",
    "from-zone": "[observer][ingress][zone]",
    "to-zone": "[observer][egress][zone]",
    "session-id": "[juniper][srx][session_id]",
    "sent": "[source][bytes]:integer",
    "received": "[destination][bytes]:integer",
    "elapsed-time": "[juniper][srx][elapsed_time]:integer",
}


def _cisco() -> str:
    """The messages of Cisco under the names of the Elastic Common Schema."""
    address = (
        r"%{NOTSPACE:@side@_interface}:(?:%{IP:@side@_ip}|%{HOSTNAME:@side@_host})(?:/%{INT:@side@_port})?"
    )
    old = "%{DATA:@side@_interface}:%{DATA:@side@_ip}(?:/%{INT:@side@_port})?"
    text = _filled(_CISCO, {**_PARTS, "eq": " ?", "end": r"\.?"})
    for side in ("src", "dst"):
        text = text.replace(old.replace("@side@", side), address.replace("@side@", side))
    text = re.sub(r"%\{(?:GREEDY)?DATA:(\w*interface\w*)\}", r"%{NOTSPACE:\1}", text)
    text = text.replace("%{DATA:src_xlated_port}", "%{INT:src_xlated_port}")
    hosts = {"src_host": "[source][address]", "dst_host": "[destination][address]"}
    return "\n".join(
        renamed(line, {**_CISCO_NAMES, **hosts, **_CISCO_OTHERS.get(line.partition(" ")[0], {})})
        for line in text.splitlines()
    )


def _junos() -> str:
    text = renamed(_filled(_JUNOS, _FLOW), _JUNOS_NAMES).replace("%{RT_FLOW_EVENT:", "%{RT_FLOW_TAG:")
    for name in ("src_nat_rule_name", "dst_nat_rule_name"):
        rule = f"%{{DATA:[juniper][srx][{name}]}}"
        text = text.replace(rule, f"(?:None|{rule})")
    return f"RT_FLOW_TAG {_RT_FLOW}\n" + text


_IPTABLES = r"""
IPTABLES_TCP_FLAGS (?:(?:CWR|ECE|URG|ACK|PSH|RST|SYN|FIN) )*
IPTABLES_TCP_PART (?:SEQ=%{INT:[iptables][tcp][seq]:integer}\s+)?(?:ACK=%{INT:[iptables][tcp][ack]:integer}\s+)?WINDOW=%{INT:[iptables][tcp][window]:integer}\s+RES=0x%{BASE16NUM:[iptables][tcp_reserved_bits]}\s+%{IPTABLES_TCP_FLAGS:[iptables][tcp][flags]}
IPTABLES4_FRAG (?:(?<= )(?:CE|DF|MF))*
IPTABLES4_PART SRC=%{IPV4:[source][ip]}\s+DST=%{IPV4:[destination][ip]}\s+LEN=%{INT:[iptables][length]:integer}?\s+TOS=(?:0|0x%{BASE16NUM:[iptables][tos]})?\s+PREC=(?:0x%{BASE16NUM:[iptables][precedence_bits]})?\s+TTL=%{INT:[iptables][ttl]:integer}?\s+ID=%{INT:[iptables][id]}?\s+%{IPTABLES4_FRAG:[iptables][fragment_flags]}?(?:\s+FRAG: %{INT:[iptables][fragment_offset]:integer})?
IPTABLES6_PART SRC=%{IPV6:[source][ip]}\s+DST=%{IPV6:[destination][ip]}\s+LEN=%{INT:[iptables][length]:integer}?\s+TC=(?:0|0x%{BASE16NUM:[iptables][tos]})?\s+HOPLIMIT=%{INT:[iptables][ttl]:integer}?\s+FLOWLBL=%{INT:[iptables][flow_label]}?
IPTABLES IN=%{NOTSPACE:[observer][ingress][interface][name]}?\s+OUT=%{NOTSPACE:[observer][egress][interface][name]}?\s+(?:MAC=%{COMMONMAC:[destination][mac]}?(?::%{COMMONMAC:[source][mac]})?(?::\h\h:\h\h)?\s+)?(?:%{IPTABLES4_PART}|%{IPTABLES6_PART}).*?PROTO=%{WORD:[network][transport]}?\s+SPT=%{INT:[source][port]:integer}?\s+DPT=%{INT:[destination][port]:integer}?\s+%{IPTABLES_TCP_PART}?
SHOREWALL %{SYSLOGTIMESTAMP:timestamp} %{WORD:[observer][hostname]} .*Shorewall:%{WORD:[shorewall][firewall][type]}?:%{WORD:[shorewall][firewall][action]}?.*%{IPTABLES}
SFW2_LOG_PREFIX SFW2-INext-%{NOTSPACE:[suse][firewall][action]}
SFW2 (?:%{SYSLOGTIMESTAMP:timestamp}|%{TIMESTAMP_ISO8601:timestamp})\s*%{HOSTNAME:[observer][hostname]}.*?%{SFW2_LOG_PREFIX:[suse][firewall][log_prefix]}\s*%{IPTABLES}
CISCO_HITCOUNT_INTERVAL hit-cnt %{INT:[cisco][asa][hit_count]:integer} (?:first hit|%{INT:[cisco][asa][interval]:integer}-second interval)
CISCO_SRC_IP_USER %{NOTSPACE:[observer][ingress][interface][name]}:%{IP:[source][ip]}(?:\(%{DATA:[source][user][name]}\))?
CISCO_DST_IP_USER %{NOTSPACE:[observer][egress][interface][name]}:%{IP:[destination][ip]}(?:\(%{DATA:[destination][user][name]}\))?
CISCO_SRC_HOST_PORT_USER %{NOTSPACE:[observer][ingress][interface][name]}:(?:%{IP:[source][ip]}|%{HOSTNAME:[source][address]})(?:/%{INT:[source][port]:integer})?(?:\(%{DATA:[source][user][name]}\))?
CISCO_DST_HOST_PORT_USER %{NOTSPACE:[observer][egress][interface][name]}:(?:%{IP:[destination][ip]}|%{HOSTNAME:[destination][address]})(?:/%{INT:[destination][port]:integer})?(?:\(%{DATA:[destination][user][name]}\))?
NETSCREENSESSIONLOG %{SYSLOGTIMESTAMP:timestamp} %{IPORHOST:[observer][hostname]} %{NOTSPACE:[observer][name]}: (?<[observer][product]>NetScreen) device_id=%{WORD:[netscreen][device_id]} .*?(?:system-\w+-%{NONNEGINT:[event][code]}\(%{WORD:[netscreen][session][type]}\))?: start_time="%{DATA:[netscreen][session][start_time]}" duration=%{INT:[netscreen][session][duration]:integer} policy_id=%{INT:[netscreen][policy_id]} service=%{DATA:[netscreen][service]} proto=%{INT:[netscreen][protocol_number]:integer} src zone=%{WORD:[observer][ingress][zone]} dst zone=%{WORD:[observer][egress][zone]} action=%{WORD:[event][action]} sent=%{INT:[source][bytes]:integer} rcvd=%{INT:[destination][bytes]:integer} src=%{IPORHOST:[source][address]} dst=%{IPORHOST:[destination][address]}(?: src_port=%{INT:[source][port]:integer} dst_port=%{INT:[destination][port]:integer})?(?: src-xlated ip=%{IP:[source][nat][ip]} port=%{INT:[source][nat][port]:integer} dst-xlated ip=%{IP:[destination][nat][ip]} port=%{INT:[destination][nat][port]:integer})?(?: session_id=%{INT:[netscreen][session][id]} reason=%{GREEDYDATA:[netscreen][session][reason]})?
"""

ECS = _cisco() + "\n" + _junos() + _IPTABLES
