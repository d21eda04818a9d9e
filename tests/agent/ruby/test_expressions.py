"""Ruby expressions as configurations contain them: value, or the reason why not."""

import pytest

from kelp.agent.ruby.compile import compile_expression
from kelp.agent.ruby.source import RubySyntaxError
from kelp.agent.ruby.text import inspect
from kelp.agent.ruby.values import RubyError, RubyTime

VARIABLES = {
    "record": {
        "a": "x",
        "n": 5,
        "f": 1.5,
        "z": None,
        "h": {"k": {"d": "deep"}, "arr": [1, 2]},
        "log": "\x1b[31mhi\x1b[0m you",
    },
    "tag": "app.web.log",
    "tag_parts": ["app", "web", "log"],
    "tag_suffix": ["app.web.log", "web.log", "log"],
    "time": RubyTime(1_700_000_000_250_000_000, "UTC"),
    "hostname": "node-1.example.org",
}


def evaluate(text: str) -> str:
    try:
        return inspect(compile_expression(text, VARIABLES)(dict(VARIABLES)))
    except (RubySyntaxError, RubyError) as error:
        return f"! {error}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('record["a"].upcase', '"X"'),
        ("record['n'] + 1", "6"),
        ('record["n"] > 3 ? "big" : "small"', '"big"'),
        ('record.dig("h", "k", "d")', '"deep"'),
        ('record.dig("h", "nope", "d")', "nil"),
        ('record["h"] && record["h"]["arr"].join("-")', '"1-2"'),
        ('record["nope"]&.fetch("b")', "nil"),
        ('record["nope"]["b"]', "! undefined method `[]' for nil"),
        ('record["nope"]["b"] rescue "safe"', '"safe"'),
        ('record.fetch("nope", 1)', "1"),
        ('record.key?("a") and not record.key?("b")', "true"),
        (r'record["log"].gsub(/\e\[\d+m/, "")', '"hi you"'),
        (r'"a1b22".gsub(/(\d+)/, "<\\1>")', '"a<1>b<22>"'),
        ('"abc".sub("b") { |m| m.upcase }', '"aBc"'),
        ('record["a"] =~ /x/ ? $~[0] : "no"', '"x"'),
        ('"k=v".match(/(?<k>\\w)=(?<v>\\w)/)["v"]', '"v"'),
        ('"k=v"[/=(.)/, 1]', '"v"'),
        ('"/api/x" =~ /x$/', "5"),
        ('tag_parts[1..].join(".")', '"web.log"'),
        ("tag_parts[0..-2]", '["app", "web"]'),
        ("tag_suffix[-1]", '"log"'),
        ('tag.split(".").last(2)', '["web", "log"]'),
        ('hostname.split(".").first', '"node-1"'),
        ("time.strftime('%FT%T.%L%z')", '"2023-11-14T22:13:20.250+0000"'),
        ("(time.to_f * 1000).to_i", "1700000000249"),
        ("Time.at(0).utc.iso8601(3)", '"1970-01-01T00:00:00.000Z"'),
        ("time.year * 100 + time.month", "202311"),
        ('require "json"; record["h"].to_json', '"{\\"k\\":{\\"d\\":\\"deep\\"},\\"arr\\":[1,2]}"'),
        ('JSON.parse(\'{"q": [1]}\')["q"][0]', "1"),
        ('if record["n"] == 5 then "five" else "other" end', '"five"'),
        ('unless record["z"].nil? then 1 else 2 end', "2"),
        ('case record["a"] when "y" then 1 when /x/ then 2 else 3 end', "2"),
        ("case record['n'] when 1..3 then :low when Integer then :int end", ":int"),
        ("x = record['n']; x += 1; x * 2", "12"),
        ("[1, 2, 3].map { |x| x * 2 }.select { |x| x > 2 }.sum", "10"),
        ("tag_parts.map(&:upcase)", '["APP", "WEB", "LOG"]'),
        ("record['h'].map { |k, v| k }", '["k", "arr"]'),
        ("record.select { |k, v| v.is_a?(String) }.keys", '["a", "log"]'),
        ('{"q" => 1, b: nil}', '{"q"=>1, :b=>nil}'),
        ('%w[a b].include? record["a"]', "false"),
        ('"%05.1f|%-4s|%x" % [record["f"], "ab", 255]', '"001.5|ab  |ff"'),
        ('format("%<a>s-%{b}", a: 1, b: 2)', '"1-2"'),
        ('"n=#{record["n"] - 1}#{nil}"', '"n=4"'),
        ("'n=#{1}'", '"n=\\#{1}"'),
        ('Integer("0x1f", 16)', "31"),
        ('Integer("abc")', '! invalid value for Integer(): "abc"'),
        ('"12abc".to_i + "3.7x".to_f', "15.7"),
        ("7 / 2", "3"),
        ("-7 / 2", "-4"),
        ("-7 % 3", "2"),
        ("7.0 / 2", "3.5"),
        ("1 / 0", "! divided by 0"),
        ("2 ** 3 ** 2", "512"),
        ("-2 ** 2", "-4"),
        ("1 + 2 * 3 - 4", "3"),
        ("1e20", "1.0e+20"),
        ("1 == 1.0 && 1 != true", "true"),
        ("!record['z'] || false", "true"),
        ("nil.to_s + nil.to_a.to_s", '"[]"'),
        ("1 + nil", "! NilClass can't be coerced into Integer"),
        ('"a" + 1', "! no implicit conversion of Integer into String"),
        ('"a-b_c".tr("-_", ".")', '"a.b.c"'),
        ('"  x ".strip.empty?', "false"),
        ('"a,b;c".split(/[,;]/)', '["a", "b", "c"]'),
        ('"Hello".start_with?("He", "x") && "Hello".end_with?("lo")', "true"),
        ('"a" <=> "b"', "-1"),
        ("2.5.round + 3.5.round", "7"),
        ("3.14159.round(2)", "3.14"),
        ('"\\u00e9\\x41"', '"\\u00E9A"'),
        ("Digest::MD5.hexdigest('a')", '"0cc175b9c0f1b6a831c399e269772661"'),
        ("IPAddr.new('::1').ipv6?", "true"),
        ("begin; 1 / 0; rescue; 9; end", "9"),
        ("{1 => 2}[{}]", "! unhashable type: 'dict'"),
        ("[1, 2, 3].each { |x| break x * 10 if x == 2 }", "20"),
        ("f = ->(n) { n < 2 ? 1 : f.call(n - 1) * n }; f.call(5)", "120"),
        ("nil <=> nil", "0"),
        ("'a b'.split('', -1)", '["a", " ", "b", ""]'),
        ("'ab'.split('', 2)", '["a", "b"]'),
        (r'" \0 a".split', r'["\u0000", "a"]'),
    ],
)
def test_values(text: str, expected: str) -> None:
    assert evaluate(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("foo", "unknown name 'foo'"),
        ('record["a"].frob', "unknown method 'frob'"),
        (
            'record["a"].to_s.gsub!(/x/, "")',
            "gsub! changes a value in place, which is not supported here: use gsub",
        ),
        ("record.a = 1", "unknown method 'a'"),
        ('system("ls")', "unknown name 'system'"),
        ('`echo #{record["a"]}`', "a command cannot be made of an event's fields"),
        ("%x(echo #{tag})", "a command cannot be made of an event's fields"),
        ("Kernel.exit", "unknown method Kernel.exit"),
        ("File.delete('x')", "unknown method File.delete"),
        ('"abc', "unterminated string"),
        ("[1, 2", "expected ',' or ']'"),
        ("/(/", "invalid regular expression"),
        ("1 +", "unexpected text at the end"),
        ("def x; end", "'def' is not supported here"),
        ("for x in [1] do x end", "'for' is not supported here"),
        ("@@x", "unexpected '@'"),
        ("break", "break and next stand in blocks and loops only"),
        ("1 2", "unexpected text at '2'"),
    ],
)
def test_what_is_not_known_is_refused(text: str, message: str) -> None:
    with pytest.raises(RubySyntaxError) as caught:
        compile_expression(text, VARIABLES)
    assert str(caught.value).startswith(message)


def test_the_addresses_of_this_machine() -> None:
    code = compile_expression("Socket.ip_address_list.select(&:ipv4_loopback?).map(&:ip_address)", [])
    assert code({}) == ["127.0.0.1"]
    code = compile_expression(
        "Socket.getifaddrs.select{|i| i.addr.ipv4? }.find { |i| i.name == 'lo' && i.addr&.ipv4_loopback? }"
        ".addr.ip_address",
        [],
    )
    assert code({}) == "127.0.0.1"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("n.times { |i| i }", "a loop did not end within 1000000 rounds"),
        ("1.upto(n) { |i| i }", "a loop did not end within 1000000 rounds"),
        ("(1..n).each { |i| i }", "a loop did not end within 1000000 rounds"),
        ("(1..n).map { |i| i }", "a loop did not end within 1000000 rounds"),
        ("[*1..n]", "a loop did not end within 1000000 rounds"),
        ("1.step(n) { |i| i }", "a loop did not end within 1000000 rounds"),
        ("loop { n }", "a loop did not end within 1000000 rounds"),
        ("1.step(10, 0) { |i| i }", "step can't be 0"),
        ("(1..10).step(0) { |i| i }", "step can't be 0"),
        ("(1..10).step(-1) { |i| i }", "step can't be negative"),
        ("n ** n", "cannot compute a power of more than 100000 bits"),
        ('"#{10 ** 9999}"', "Exceeds the limit (4300 digits)"),
        ("record[{}]", "unhashable type"),
    ],
)
def test_what_a_record_cannot_make_endless(text: str, message: str) -> None:
    with pytest.raises(RubyError) as caught:
        compile_expression(text, ["n", "record"])({"n": 10**12, "record": {}})
    assert str(caught.value).startswith(message)


def test_the_ends_of_a_long_range() -> None:
    code = compile_expression("[(1..n).first(2), (1..n).last(2), (1..n).size, (1..n).include?(5)]", ["n"])
    assert code({"n": 10**12}) == [[1, 2], [10**12 - 1, 10**12], 10**12, True]
