"""Logs of programs: proxies, AWS, name and mail servers, MongoDB, Rails, Tomcat, Bacula, MCollective.

http://docs.haproxy.org/2.8/configuration.html#8.2
https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/access-log-collection.html
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/AccessLogs.html
"""

from kelp.agent.grok.rename import renamed

COMMON = r"""
BIND9_TIMESTAMP %{MONTHDAY}-%{MONTH}-%{YEAR} %{TIME}
EXIM_MSGID [\dA-Za-z]{6}-[\dA-Za-z]{6}-[\dA-Za-z]{2}
EXIM_QT (?:\d+y)?(?:\d+w)?(?:\d+d)?(?:\d+h)?(?:\d+m)?(?:\d+s)?
EXIM_EXCLUDE_TERMS (?:Message is frozen|(?:Start|End) queue run| Warning: | retry time not reached | no (?:IP address|host name) found for (?:IP address|host) | unexpected disconnection while reading SMTP command | no immediate delivery: |another process is handling this message)
EXIM_NAMED_FIELDS (?: (?:%{EXIM_REMOTE_HOST}|%{EXIM_INTERFACE}|%{EXIM_PROTOCOL}|%{EXIM_MSG_SIZE}|%{EXIM_HEADER_ID}|%{EXIM_SUBJECT}|%{EXIM_UNKNOWN_FIELD}))*
EXIM %{EXIM_MESSAGE_ARRIVAL}
MAVEN_VERSION (?:\d+\.){0,2}(?:\*|\d+)(?:[.-](?:RELEASE|SNAPSHOT))?
MCOLLECTIVEAUDIT %{TIMESTAMP_ISO8601:timestamp}:
MONGO_QUERY \{ (?<={ ).*(?= } ntoreturn:) \}
RUUID \h{32}
"""

_HAPROXY_CONNECTION = (
    r"%{IP:client_ip}:%{INT:client_port} \[%{HAPROXYDATE:accept_date}\] %{NOTSPACE:frontend_name} "
    r"%{NOTSPACE:backend_name}/%{NOTSPACE:server_name}"
)
_HAPROXY_COUNTS = (
    "%{NOTSPACE:termination_state} %{INT:actconn}/%{INT:feconn}/%{INT:beconn}/%{INT:srvconn}/%{NOTSPACE:retries} "
    "%{INT:srv_queue}/%{INT:backend_queue}"
)
_HAPROXY_SYSLOG = "(?:%{SYSLOGTIMESTAMP:syslog_timestamp}|%{TIMESTAMP_ISO8601:timestamp8601}) %{IPORHOST:syslog_server} %{SYSLOGPROG}:"
_RAILS = r"""
RCONTROLLER (?<controller>[^#]+)#(?<action>\w+)
RAILS3HEAD (?m)Started %{WORD:verb} "%{URIPATHPARAM:request}" for %{IPORHOST:clientip} at (?<timestamp>%{YEAR}-%{MONTHNUM}-%{MONTHDAY} %{HOUR}:%{MINUTE}:%{SECOND} %{ISO8601_TIMEZONE})
RPROCESSING \W*Processing by %{RCONTROLLER} as (?<format>\S+)(?:\W*Parameters: \{%{DATA:params}\}\W*)?
RAILS3PROFILE (?:\((?:Views: %{NUMBER:viewms}ms \| )?ActiveRecord: %{NUMBER:activerecordms}ms)?
RAILS3FOOT Completed %{NUMBER:response}%{DATA} in %{NUMBER:totalms}ms %{RAILS3PROFILE}%{GREEDYDATA}
RAILS3 %{RAILS3HEAD}%{RPROCESSING}?(?<context>(?:%{DATA}\n)*)%{RAILS3FOOT}?
"""
_EXIM = r"""
EXIM_FLAGS (?:<=|=>|->|\*>|>>|\*\*|==)
EXIM_DATE %{YEAR:exim_year}-%{MONTHNUM:exim_month}-%{MONTHDAY:exim_day} %{TIME:exim_time}
EXIM_PID \[%{POSINT:pid}\]
EXIM_REMOTE_HOST H=(?:%{NOTSPACE:remote_hostname} )?(?:\(%{NOTSPACE:remote_heloname}\) )?\[%{IP:remote_host}\](?::%{POSINT:remote_port})?
EXIM_INTERFACE I=\[%{IP:exim_interface}\](?::%{NUMBER:exim_interface_port})
EXIM_PROTOCOL P=%{NOTSPACE:protocol}
EXIM_MSG_SIZE S=%{NUMBER:exim_msg_size}
EXIM_HEADER_ID id=%{NOTSPACE:exim_header_id}
EXIM_SUBJECT T=%{QS:exim_subject}
EXIM_UNKNOWN_FIELD [A-Za-z\d]{1,4}=%{NOTSPACE}
EXIM_MESSAGE_ARRIVAL %{EXIM_DATE:timestamp} (?:%{EXIM_PID} )?%{EXIM_MSGID:exim_msgid} (?<exim_flags><=) (?<exim_status>[a-z:] )?%{EMAILADDRESS:exim_sender_email}%{EXIM_NAMED_FIELDS}(?: for %{EMAILADDRESS:exim_recipient_email})?
"""

LEGACY = (
    r"""
HAPROXYTIME %{HOUR:haproxy_hour}:%{MINUTE:haproxy_minute}:%{SECOND:haproxy_second}(?!\d)
HAPROXYDATE %{MONTHDAY:haproxy_monthday}/%{MONTH:haproxy_month}/%{YEAR:haproxy_year}:%{HAPROXYTIME:haproxy_time}.%{INT:haproxy_milliseconds}
HAPROXYCAPTUREDREQUESTHEADERS %{DATA:captured_request_headers}
HAPROXYCAPTUREDRESPONSEHEADERS %{DATA:captured_response_headers}
HAPROXYHTTPBASE """
    + _HAPROXY_CONNECTION
    + r" %{INT:time_request}/%{INT:time_queue}/%{INT:time_backend_connect}/%{INT:time_backend_response}/"
    r"%{NOTSPACE:time_duration} %{INT:http_status_code} %{NOTSPACE:bytes_read} %{DATA:captured_request_cookie} "
    r"%{DATA:captured_response_cookie} "
    + _HAPROXY_COUNTS
    + r' (?:\{%{HAPROXYCAPTUREDREQUESTHEADERS}\})? ?(?:\{%{HAPROXYCAPTUREDRESPONSEHEADERS}\})? ?"(?:<BADREQ>|'
    r"%{WORD:http_verb} (?:%{URIPROTO:http_proto}://)?(?:%{USER:http_user}(?::[^@]*)?@)?%{URIHOST:http_host}?"
    r'%{URIPATHPARAM:http_request}?(?: HTTP/%{NUMBER:http_version})?)?"?'
    + "\nHAPROXYHTTP "
    + _HAPROXY_SYSLOG
    + " %{HAPROXYHTTPBASE}\nHAPROXYTCP "
    + f"{_HAPROXY_SYSLOG} {_HAPROXY_CONNECTION} %{{INT:time_queue}}/%{{INT:time_backend_connect}}/"
    + "%{NOTSPACE:time_duration} %{NOTSPACE:bytes_read} "
    + _HAPROXY_COUNTS
    + r"""
S3_REQUEST_LINE (?:%{WORD:verb} %{NOTSPACE:request}(?: HTTP/%{NUMBER:httpversion})?|%{DATA:rawrequest})
S3_ACCESS_LOG %{WORD:owner} %{NOTSPACE:bucket} \[%{HTTPDATE:timestamp}\] %{IP:clientip} %{NOTSPACE:requester} %{NOTSPACE:request_id} %{NOTSPACE:operation} %{NOTSPACE:key} (?:"%{S3_REQUEST_LINE}"|-) (?:%{INT:response:integer}|-) (?:-|%{NOTSPACE:error_code}) (?:%{INT:bytes:integer}|-) (?:%{INT:object_size:integer}|-) (?:%{INT:request_time_ms:integer}|-) (?:%{INT:turnaround_time_ms:integer}|-) (?:%{QS:referrer}|-) (?:"?%{QS:agent}"?|-) (?:-|%{NOTSPACE:version_id})
ELB_URIPATHPARAM %{URIPATH:path}%{URIPARAM:params}?
ELB_URI %{URIPROTO:proto}://(?:%{USER}(?::[^@]*)?@)?%{URIHOST:urihost}?%{ELB_URIPATHPARAM}?
ELB_REQUEST_LINE (?:%{WORD:verb} %{ELB_URI:request}(?: HTTP/%{NUMBER:httpversion})?|%{DATA:rawrequest})
ELB_ACCESS_LOG %{TIMESTAMP_ISO8601:timestamp} %{NOTSPACE:elb} %{IP:clientip}:%{INT:clientport:integer} (?:%{IP:backendip}:?:%{INT:backendport:integer}|-) %{NUMBER:request_processing_time:float} %{NUMBER:backend_processing_time:float} %{NUMBER:response_processing_time:float} %{INT:response:integer} (?:-|%{INT:backend_response:integer}) %{INT:received_bytes:integer} %{INT:bytes:integer} "%{ELB_REQUEST_LINE}"
CLOUDFRONT_ACCESS_LOG (?<timestamp>%{YEAR}-%{MONTHNUM}-%{MONTHDAY}\t%{TIME})\t%{WORD:x_edge_location}\t(?:%{NUMBER:sc_bytes:integer}|-)\t%{IPORHOST:clientip}\t%{WORD:cs_method}\t%{HOSTNAME:cs_host}\t%{NOTSPACE:cs_uri_stem}\t%{NUMBER:sc_status:integer}\t(?<referrer>[^\t]*)\t(?<agent>[^\t]*)\t(?<cs_uri_query>[^\t]*)\t(?<cookies>[^\t]*)\t%{WORD:x_edge_result_type}\t%{NOTSPACE:x_edge_request_id}\t%{HOSTNAME:x_host_header}\t%{URIPROTO:cs_protocol}\t%{INT:cs_bytes:integer}\t%{GREEDYDATA:time_taken:float}\t%{GREEDYDATA:x_forwarded_for}\t%{GREEDYDATA:ssl_protocol}\t%{GREEDYDATA:ssl_cipher}\t%{GREEDYDATA:x_edge_response_result_type}
SQUID3 %{NUMBER:timestamp}\s+%{NUMBER:duration}\s%{IP:client_address}\s%{WORD:cache_result}/%{NONNEGINT:status_code}\s%{NUMBER:bytes}\s%{WORD:request_method}\s%{NOTSPACE:url}\s(?:%{NOTSPACE:user}|-)\s%{WORD:hierarchy_code}/(?:%{IPORHOST:server}|-)\s%{NOTSPACE:content_type}
BIND9 %{BIND9_TIMESTAMP:timestamp} queries: %{LOGLEVEL:loglevel}: client(?::? @0x\h+)? %{IP:clientip}#%{POSINT:clientport} \(%{GREEDYDATA:query}\): query: %{GREEDYDATA:query} IN %{GREEDYDATA:querytype} \(%{IP:dns}\)
MCOLLECTIVE ., \[%{TIMESTAMP_ISO8601:timestamp} #%{POSINT:pid}\]%{SPACE}%{LOGLEVEL:event_level}
MONGO_SLOWQUERY %{WORD} %{MONGO_WORDDASH:database}\.%{MONGO_WORDDASH:collection} %{WORD}: %{MONGO_QUERY:query} %{WORD}:%{NONNEGINT:ntoreturn} %{WORD}:%{NONNEGINT:ntoskip} %{WORD}:%{NONNEGINT:nscanned}.*nreturned:%{NONNEGINT:nreturned}..+ (?<duration>[0-9]+)ms
"""
    + _RAILS
    + _EXIM
)

_RAILS_NAMES = {
    "controller": "[rails][controller][class]",
    "action": "[rails][controller][action]",
    "verb": "[http][request][method]",
    "request": "[url][original]",
    "clientip": "[source][address]",
    "timestamp": "timestamp",
    "format": "[rails][request][format]",
    "params": "[rails][request][params]",
    "viewms": "[rails][request][duration][view]:float",
    "activerecordms": "[rails][request][duration][active_record]:float",
    "totalms": "[rails][request][duration][total]:float",
    "response": "[http][response][status_code]:integer",
    "context": "[rails][request][explain][original]",
}
_EXIM_NAMES = {
    "timestamp": "timestamp",
    "pid": "[process][pid]:integer",
    "remote_hostname": "[source][address]",
    "remote_heloname": "[exim][log][remote_address]",
    "remote_host": "[source][ip]",
    "remote_port": "[source][port]:integer",
    "exim_interface": "[destination][ip]",
    "exim_interface_port": "[destination][port]:integer",
    "protocol": "[network][protocol]",
    "exim_msg_size": "[exim][log][message][size]:integer",
    "exim_header_id": "[exim][log][header_id]",
    "exim_msgid": "[exim][log][message][id]",
    "exim_flags": "[exim][log][flags]",
    "exim_status": "[exim][log][status]",
    "exim_sender_email": "[exim][log][sender][email]",
    "exim_recipient_email": "[exim][log][recipient][email]",
}
_HAPROXY_ECS = (
    r"%{IP:[source][address]}:%{INT:[source][port]:integer} \[%{HAPROXYDATE:[haproxy][request_date]}\] "
    r"%{NOTSPACE:[haproxy][frontend_name]} %{NOTSPACE:[haproxy][backend_name]}/"
    r"(?:<NOSRV>|%{NOTSPACE:[haproxy][server_name]})"
)
_HAPROXY_COUNTS_ECS = (
    "%{NOTSPACE:[haproxy][termination_state]} %{INT:[haproxy][connections][active]:integer}/"
    "%{INT:[haproxy][connections][frontend]:integer}/%{INT:[haproxy][connections][backend]:integer}/"
    "%{INT:[haproxy][connections][server]:integer}/%{INT:[haproxy][connections][retries]:integer} "
    "%{INT:[haproxy][server_queue]:integer}/%{INT:[haproxy][backend_queue]:integer}"
)
_HAPROXY_SYSLOG_ECS = "(?:%{SYSLOGTIMESTAMP:timestamp}|%{TIMESTAMP_ISO8601:timestamp}) %{IPORHOST:[host][hostname]} %{SYSLOGPROG}:"


def _or(absent: str, pattern: str, *names: str) -> str:
    """Fields with spaces between, each of which may be `absent`."""
    return " ".join(f"(?:{absent}|%{{{pattern}:{name}}})" for name in names)


def _timers(*names: str) -> str:
    """Times of HAProxy, -1 where something did not come about."""
    return "/".join(_or("-1", "INT", f"[haproxy]{name}:integer") for name in names)


_S3_SIZES = _or(
    "-",
    "INT",
    *(
        f"[aws][s3access][{n}]:integer"
        for n in ("bytes_sent", "object_size", "total_time", "turn_around_time")
    ),
)
_S3_MORE = (
    _or("-", "NOTSPACE", "[aws][s3access][host_id]", "[aws][s3access][signature_version]", "[tls][cipher]",
        "[aws][s3access][authentication_type]", "[aws][s3access][host_header]", "[aws][s3access][tls_version]")
)  # fmt: skip
_ELB_TIMES = _or(
    "-1",
    "NUMBER",
    *(f"[aws][elb][{n}_processing_time][sec]:float" for n in ("request", "backend", "response")),
)

ECS = (
    r"""
URIQUERY [\w$.+!*'|(){},~@#%&/=:;?\[\]<>-]*
HAPROXYTIME %{HOUR}:%{MINUTE}:%{SECOND}(?!\d)
HAPROXYDATE %{MONTHDAY}/%{MONTH}/%{YEAR}:%{HAPROXYTIME}.%{INT}
HAPROXYCAPTUREDREQUESTHEADERS %{DATA:[haproxy][http][request][captured_headers]}
HAPROXYCAPTUREDRESPONSEHEADERS %{DATA:[haproxy][http][response][captured_headers]}
HAPROXYURI (?:%{URIPROTO:[url][scheme]}://)?(?:%{USER:[url][username]}(?::[^@]*)?@)?(?:%{IPORHOST:[url][domain]}(?::%{POSINT:[url][port]:integer})?)?(?:%{URIPATH:[url][path]}(?:\?%{URIQUERY:[url][query]})?)?
HAPROXYHTTPREQUESTLINE (?:<BADREQ>|%{WORD:[http][request][method]} %{HAPROXYURI:[url][original]}(?: HTTP/%{NUMBER:[http][version]})?)
HAPROXYHTTPBASE """
    + _HAPROXY_ECS
    + " "
    + _timers(
        "[http][request][time_wait_ms]",
        "[total_waiting_time_ms]",
        "[connection_wait_time_ms]",
        "[http][request][time_wait_without_data_ms]",
    )
    + "/%{NOTSPACE:[haproxy][total_time_ms]} %{INT:[http][response][status_code]:integer} "
    "%{INT:[source][bytes]:integer} "
    + _or(
        "-", "DATA", "[haproxy][http][request][captured_cookie]", "[haproxy][http][response][captured_cookie]"
    )
    + " "
    + _HAPROXY_COUNTS_ECS
    + r"(?: \{%{HAPROXYCAPTUREDREQUESTHEADERS}\}(?: \{%{HAPROXYCAPTUREDRESPONSEHEADERS}\})?)?"
    r'(?: "%{HAPROXYHTTPREQUESTLINE}"?)?'
    + f"\nHAPROXYHTTP {_HAPROXY_SYSLOG_ECS} %{{HAPROXYHTTPBASE}}\n"
    + f"HAPROXYTCP {_HAPROXY_SYSLOG_ECS} {_HAPROXY_ECS} "
    + _timers("[total_waiting_time_ms]", "[connection_wait_time_ms]")
    + "/%{NOTSPACE:[haproxy][total_time_ms]} %{INT:[source][bytes]:integer} "
    + _HAPROXY_COUNTS_ECS
    + r"""
S3_REQUEST_LINE %{WORD:[http][request][method]} %{NOTSPACE:[url][original]}(?: HTTP/%{NUMBER:[http][version]})?
S3_ACCESS_LOG %{WORD:[aws][s3access][bucket_owner]} %{NOTSPACE:[aws][s3access][bucket]} \[%{HTTPDATE:timestamp}\] (?:-|%{IP:[client][ip]}) (?:-|%{NOTSPACE:[client][user][id]}) %{NOTSPACE:[aws][s3access][request_id]} %{NOTSPACE:[aws][s3access][operation]} (?:-|%{NOTSPACE:[aws][s3access][key]}) (?:-|"%{S3_REQUEST_LINE:[aws][s3access][request_uri]}") (?:-|%{INT:[http][response][status_code]:integer}) (?:-|%{NOTSPACE:[aws][s3access][error_code]}) """
    + _S3_SIZES
    + r' "(?:-|%{DATA:[http][request][referrer]})" "(?:-|%{DATA:[user_agent][original]})" '
    r"(?:-|%{NOTSPACE:[aws][s3access][version_id]})(?: "
    + _S3_MORE
    + r""")?
ELB_URIHOST %{IPORHOST:[url][domain]}(?::%{POSINT:[url][port]:integer})?
ELB_URIPATHQUERY %{URIPATH:[url][path]}(?:\?%{URIQUERY:[url][query]})?
ELB_URIPATHPARAM %{ELB_URIPATHQUERY}
ELB_URI %{URIPROTO:[url][scheme]}://(?:%{USER:[url][username]}(?::[^@]*)?@)?%{ELB_URIHOST}?%{ELB_URIPATHQUERY}?
ELB_REQUEST_LINE %{WORD:[http][request][method]} %{ELB_URI:[url][original]}(?: HTTP/%{NUMBER:[http][version]})?
ELB_V1_HTTP_LOG %{TIMESTAMP_ISO8601:timestamp} %{NOTSPACE:[aws][elb][name]} %{IP:[source][ip]}:%{INT:[source][port]:integer} (?:-|%{IP:[aws][elb][backend][ip]}:%{INT:[aws][elb][backend][port]:integer}) """
    + _ELB_TIMES
    + r""" %{INT:[http][response][status_code]:integer} (?:-|%{INT:[aws][elb][backend][http][response][status_code]:integer}) %{INT:[http][request][body][bytes]:integer} %{INT:[http][response][body][bytes]:integer} "%{ELB_REQUEST_LINE}"(?: "(?:-|%{DATA:[user_agent][original]})" (?:-|%{NOTSPACE:[tls][cipher]}) (?:-|%{NOTSPACE:[aws][elb][ssl_protocol]}))?
ELB_ACCESS_LOG %{ELB_V1_HTTP_LOG}
CLOUDFRONT_ACCESS_LOG (?<timestamp>%{YEAR}-%{MONTHNUM}-%{MONTHDAY}\t%{TIME})\t%{WORD:[aws][cloudfront][x_edge_location]}\t(?:-|%{INT:[destination][bytes]:integer})\t%{IPORHOST:[source][ip]}\t%{WORD:[http][request][method]}\t%{HOSTNAME:[url][domain]}\t%{NOTSPACE:[url][path]}\t(?:000|%{INT:[http][response][status_code]:integer})\t(?:-|%{DATA:[http][request][referrer]})\t%{DATA:[user_agent][original]}\t(?:-|%{DATA:[url][query]})\t(?:-|%{DATA:[aws][cloudfront][http][request][cookie]})\t%{WORD:[aws][cloudfront][x_edge_result_type]}\t%{NOTSPACE:[aws][cloudfront][x_edge_request_id]}\t%{HOSTNAME:[aws][cloudfront][http][request][host]}\t%{URIPROTO:[network][protocol]}\t(?:-|%{INT:[source][bytes]:integer})\t%{NUMBER:[aws][cloudfront][time_taken]:float}\t(?:-|%{IP:[network][forwarded_ip]})\t(?:-|%{DATA:[aws][cloudfront][ssl_protocol]})\t(?:-|%{NOTSPACE:[tls][cipher]})\t%{WORD:[aws][cloudfront][x_edge_response_result_type]}(?:\t(?:-|HTTP/%{NUMBER:[http][version]})\t(?:-|%{DATA:[aws][cloudfront][fle_status]})\t(?:-|%{DATA:[aws][cloudfront][fle_encrypted_fields]})\t%{INT:[source][port]:integer}\t%{NUMBER:[aws][cloudfront][time_to_first_byte]:float}\t(?:-|%{DATA:[aws][cloudfront][x_edge_detailed_result_type]})\t(?:-|%{NOTSPACE:[http][request][mime_type]})\t(?:-|%{INT:[aws][cloudfront][http][request][size]:integer})\t(?:-|%{INT:[aws][cloudfront][http][request][range][start]:integer})\t(?:-|%{INT:[aws][cloudfront][http][request][range][end]:integer}))?
SQUID3_STATUS (?:%{POSINT:[http][response][status_code]:integer}|0|000)
SQUID3 %{NUMBER:timestamp}\s+%{NUMBER:[squid][request][duration]:integer}\s%{IP:[source][ip]}\s%{WORD:[event][action]}/%{SQUID3_STATUS}\s%{INT:[http][response][bytes]:integer}\s%{WORD:[http][request][method]}\s%{NOTSPACE:[url][original]}\s(?:-|%{NOTSPACE:[user][name]})\s%{WORD:[squid][hierarchy_code]}/(?:-|%{IPORHOST:[destination][address]})\s(?:-|%{NOTSPACE:[http][response][mime_type]})
BIND9_DNSTYPE (?:AAAA|A|CAA|CDNSKEY|CDS|CERT|CNAME|CSYNC|DLV|DNAME|DNSKEY|DS|HINFO|LOC|MX|NAPTR|NSEC3|NSEC|NS|OPENPGPKEY|PTR|RRSIG|RP|SIG|SMIMEA|SOA|SRV|TSIG|TXT|URI)
BIND9_CATEGORY queries
BIND9_QUERYLOGBASE client(?::? @0x\h+)? %{IP:[client][ip]}#%{POSINT:[client][port]:integer} \(%{GREEDYDATA:[bind][log][question][name]}\): query: %{GREEDYDATA:[dns][question][name]} (?<[dns][question][class]>IN) %{BIND9_DNSTYPE:[dns][question][type]}(?::? %{DATA:[bind][log][question][flags]})? \(%{IP:[server][ip]}\)
BIND9_QUERYLOG %{BIND9_TIMESTAMP:timestamp} %{BIND9_CATEGORY:[bing][log][category]}: %{LOGLEVEL:[log][level]}: %{BIND9_QUERYLOGBASE}
BIND9 %{BIND9_QUERYLOG}
MCOLLECTIVE ., \[%{TIMESTAMP_ISO8601:timestamp} #%{POSINT:[process][pid]:integer}\]%{SPACE}%{LOGLEVEL:[log][level]}
MONGO_SLOWQUERY %{WORD:[mongodb][profile][op]} %{MONGO_WORDDASH:[mongodb][database]}\.%{MONGO_WORDDASH:[mongodb][collection]} %{WORD}: %{MONGO_QUERY:[mongodb][query][original]} ntoreturn:%{NONNEGINT:[mongodb][profile][ntoreturn]:integer} ntoskip:%{NONNEGINT:[mongodb][profile][ntoskip]:integer} nscanned:%{NONNEGINT:[mongodb][profile][nscanned]:integer}.*? nreturned:%{NONNEGINT:[mongodb][profile][nreturned]:integer}.*? %{INT:[mongodb][profile][duration]:integer}ms
CATALINA7_DATESTAMP %{MONTH} %{MONTHDAY}, %{YEAR} %{HOUR}:%{MINUTE}:%{SECOND} (?:AM|PM)
CATALINA7_LOG %{CATALINA7_DATESTAMP:timestamp} %{JAVACLASS:[java][log][origin][class][name]}(?: %{JAVAMETHOD:[log][origin][function]})?\s*(?:%{LOGLEVEL:[log][level]}:)? %{JAVALOGMESSAGE:message}
CATALINA8_DATESTAMP %{MONTHDAY}-%{MONTH}-%{YEAR} %{HOUR}:%{MINUTE}:%{SECOND}
CATALINA8_LOG %{CATALINA8_DATESTAMP:timestamp} %{LOGLEVEL:[log][level]} \[%{DATA:[java][log][origin][thread][name]}\] %{JAVACLASS:[java][log][origin][class][name]}\.%{JAVAMETHOD:[log][origin][function]}? %{JAVALOGMESSAGE:message}
CATALINA_DATESTAMP (?:%{CATALINA8_DATESTAMP}|%{CATALINA7_DATESTAMP})
CATALINALOG (?:%{CATALINA8_LOG}|%{CATALINA7_LOG})
TOMCAT7_LOG %{CATALINA7_LOG}
TOMCAT8_LOG %{CATALINA8_LOG}
TOMCATLEGACY_DATESTAMP %{YEAR}-%{MONTHNUM}-%{MONTHDAY} %{HOUR}:%{MINUTE}:%{SECOND}(?: %{ISO8601_TIMEZONE})?
TOMCATLEGACY_LOG %{TOMCATLEGACY_DATESTAMP:timestamp} \| %{LOGLEVEL:[log][level]} \| %{JAVACLASS:[java][log][origin][class][name]} - %{JAVALOGMESSAGE:message}
TOMCAT_DATESTAMP (?:%{CATALINA_DATESTAMP}|%{TOMCATLEGACY_DATESTAMP})
TOMCATLOG (?:%{TOMCAT8_LOG}|%{TOMCAT7_LOG}|%{TOMCATLEGACY_LOG})
"""
    + renamed(_RAILS, _RAILS_NAMES)
    + renamed(_EXIM, _EXIM_NAMES)
    + r"""
EXIM_FLAGS (?:<=|=>|->|\*>|\*\*|==|<>|>>)
EXIM_QUOTED_CONTENT (?:\\.|[^\\"])*
EXIM_SUBJECT T="%{EXIM_QUOTED_CONTENT:[exim][log][message][subject]}"
EXIM_UNKNOWN_FIELD [A-Za-z\d]{1,4}=(?:%{QUOTEDSTRING}|%{NOTSPACE})
EXIM_MESSAGE_ARRIVAL %{EXIM_DATE:timestamp} (?:%{EXIM_PID} )?%{EXIM_MSGID:[exim][log][message][id]} (?<[exim][log][flags]><=) (?<[exim][log][status]>[a-z:] )?%{EMAILADDRESS:[exim][log][sender][email]}%{EXIM_NAMED_FIELDS}(?:(?: from <?%{DATA:[exim][log][sender][original]}>?)? for %{EMAILADDRESS:[exim][log][recipient][email]})?
"""
)
