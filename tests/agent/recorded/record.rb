# Answers recorded cases with a real Fluentd: one JSON case a line in, one JSON answer a line out.
# RUBYLIB names the lib folders of Fluentd and of the plugins. See README.md beside this file.
require 'test/unit'
Test::Unit::AutoRunner.need_auto_run = false
require 'json'
require 'tmpdir'
require 'fileutils'
require 'fluent/env'
require 'fluent/test'
require 'fluent/test/helpers'
require 'fluent/test/driver/parser'
require 'fluent/test/driver/formatter'
require 'fluent/test/driver/filter'
require 'fluent/test/driver/output'
require 'fluent/plugin'
require 'fluent/plugin/bare_output'
require 'fluent/plugin/input'
require 'fluent/variable_store'
require 'fluent/match'
require 'fluent/plugin_helper/compat_parameters'
require 'fluent/config'
require 'fluent/plugin_helper/record_accessor'

Fluent::Test.setup

# Strings that are not UTF-8 as {"$hex": …}, NaN and infinities as {"$float": …}.
def plain(value)
  case value
  when String
    text = value.dup.force_encoding('UTF-8')
    text.valid_encoding? ? text : { '$hex' => value.unpack1('H*') }
  when Symbol then value.to_s
  when Regexp then 'a pattern'
  when Hash then value.to_h { |k, v| [plain(k.is_a?(String) ? k : k.to_s), plain(v)] }
  when Array then value.map { |v| plain(v) }
  when Float then value.finite? ? value : { '$float' => value.to_s }
  when Fluent::EventTime then value.sec # as every output writes it
  when Time then value.to_s
  when nil, true, false, Integer then value
  else value.to_s
  end
end

def input(value)
  case value
  when Hash
    return [value['$hex']].pack('H*') if value.key?('$hex')
    value.to_h { |k, v| [k, input(v)] }
  when Array then value.map { |v| input(v) }
  else value
  end
end

def nanoseconds(time)
  return nil if time.nil?
  time.is_a?(Fluent::EventTime) ? time.sec * 10**9 + time.nsec : time.to_i * 10**9
end

# A time within the last minutes is the present.
def moment(time)
  return nil if time.nil?
  ns = nanoseconds(time)
  (Time.now.to_f - ns / 1e9).abs < 600 ? 'now' : ns
end

def event_time(ns)
  Fluent::EventTime.new(ns / 10**9, ns % 10**9)
end

def element_of(text, name, arg, syntax)
  root = Fluent::Config.parse(text, 'case.conf', Dir.pwd, syntax.to_sym)
  Fluent::Config::Element.new(name, arg || '', root, root.elements)
end

# The section a case's options make.
def options_of(c, name, arg = '')
  element_of(c['options'], name, arg, c['syntax'] || 'v1')
end

def tree(element)
  [element.name, element.arg, element.to_h.map { |k, v| [k, plain(v == :default ? { '$' => 'default' } : v)] },
   element.elements.map { |e| tree(e) }]
end

def run_parser(c)
  d = Fluent::Test::Driver::Parser.new(Fluent::Plugin.new_parser(c['type'])).configure(options_of(c, 'parse'))
  c['input'].map do |text|
    found = []
    d.instance.parse(input(text).dup.force_encoding('ASCII-8BIT')) do |time, record|
      found << (record.nil? ? nil : [moment(time), plain(record)])
    end
    found
  rescue StandardError
    'raises'
  end
end

def run_formatter(c)
  d = Fluent::Test::Driver::Formatter.new(Fluent::Plugin.new_formatter(c['type'])).configure(options_of(c, 'format'))
  c['input'].map do |tag, ns, record|
    plain(d.instance.format(tag, event_time(ns), input(record)))
  rescue StandardError
    'raises'
  end
end

def run_filter(c)
  d = Fluent::Test::Driver::Filter.new(Fluent::Plugin.new_filter(c['type'])).configure(options_of(c, 'filter', '**'))
  feed(d, c)
  { 'events' => d.filtered.map { |t, r| [moment(t), plain(r)] },
    'later' => d.events.map { |tag, t, r| [tag, moment(t), plain(r)] },
    'errors' => d.error_events.map { |tag, t, r, *| [tag, moment(t), plain(r)] } }
end

# Fluentd has no test driver for outputs that only hand on.
class BareDriver < Fluent::Test::Driver::BaseOwner
  include Fluent::Test::Driver::EventFeeder
end

def run_output(c)
  plugin = Fluent::Plugin.new_output(c['type'])
  driver = plugin.is_a?(Fluent::Plugin::Output) ? Fluent::Test::Driver::Output : BareDriver
  d = driver.new(plugin).configure(options_of(c, 'match', '**'))
  feed(d, c)
  { 'events' => d.events.map { |tag, t, r| [tag, moment(t), plain(r)] },
    'errors' => d.error_events.map { |tag, t, r, *| [tag, moment(t), plain(r)] } }
end

# What a chunk holds of the events; of the elasticsearch outputs, the lines of their bulk requests.
def run_chunk(c)
  d = Fluent::Test::Driver::Output.new(Fluent::Plugin.new_output(c['type'])).configure(options_of(c, 'match', '**'))
  out = []
  hosts = {}
  bulk = d.instance.respond_to?(:send_bulk)
  d.instance.define_singleton_method(:send_bulk) { |data, host, *| out << data.dup; (hosts[host] ||= []) << data.dup } if bulk
  d.run(flush: bulk) do
    c['input'].each { |tag, ns, record| d.feed(tag, event_time(ns), input(record)) }
  end
  out = bulk ? bulk_pairs(out) : d.formatted
  # Errors as a JSON formatter shows them: a time in a record is a number there.
  given_up = d.instance.has_router? ? d.error_events : []
  errors = given_up.map { |tag, t, r, *| [tag, moment(t), JSON.parse(Yajl.dump(r))] }
  return { 'data' => plain(out.join), 'errors' => errors } unless c['type'] == 'elasticsearch_dynamic'
  { 'hosts' => hosts.transform_values { |bodies| plain(bulk_pairs(bodies).join) }, 'errors' => errors }
end

# Action and document lines, in the order of the indexes: requests are made index by index.
def bulk_pairs(bodies)
  pairs = bodies.join.lines.each_slice(2).map(&:join)
  pairs.each_with_index.sort_by { |pair, at| [pair[/"_index":"([^"]*)"/, 1].to_s, at] }.map(&:first)
end

# Whether a plugin takes its options; nothing is started.
def run_setup(c)
  kind = c['plugin'] || 'output'
  names = { 'output' => 'match', 'input' => 'source', 'filter' => 'filter', 'parser' => 'parse', 'formatter' => 'format' }
  plugin = Fluent::Plugin.public_send("new_#{kind}", c['type'])
  Fluent::Engine.define_singleton_method(:supervisor_mode) { true } # no plugin asks its server then
  plugin.configure(options_of(c, names[kind], '**'))
  'accepted'
ensure
  Fluent::Engine.singleton_class.send(:remove_method, :supervisor_mode)
  %i[buf_file buf_file_single].each { |name| Fluent::VariableStore.fetch_or_build(name).clear }
end

def feed(driver, c)
  driver.run do
    c['input'].each do |tag, ns, record|
      driver.feed(tag, event_time(ns), input(record))
    end
  end
end

# A configuration that ends Fluentd with any error is refused.
def run_config(c)
  Dir.mktmpdir do |folder|
    write_files(c, folder)
    ENV.update(c['env'] || {})
    tree(parse_text(c, folder))[2..3]
  end
rescue StandardError, ScriptError, SystemStackError => e
  raise Fluent::ConfigError, e.message
end

def write_files(c, folder)
  (c['files'] || {}).each do |name, text|
    path = File.join(folder, name)
    FileUtils.mkdir_p(File.dirname(path))
    File.write(path, text)
  end
end

def parse_text(c, folder)
  return Fluent::Config.parse(c['text'], 'case.conf', folder, (c['syntax'] || 'v1') == 'v1') unless c['syntax'] == 'yaml'
  require 'fluent/config/yaml_parser' # 1.15 and later
  path = File.join(folder, 'case.yaml')
  File.write(path, c['text'])
  Fluent::Config::YamlParser.parse(path)
end

# The sections that a plugin of 0.14 makes of flat options; all their values as text.
def run_flat(c)
  extend Fluent::PluginHelper::CompatParameters
  conf = parse_text(c, Dir.pwd)
  compat_parameters_convert(conf, *c['kinds'].map(&:to_sym), default_chunk_key: c['chunk_key'] || '')
  conf.elements.each { |e| e.transform_values! { |v| v.nil? ? v : v.to_s } }
  conf.elements.map { |e| tree(e) }
end

# A whole configuration in a process of its own: what nothing reads, and the plugins on the way of each tag.
# `worker` is the number of the worker; without it all sections are configured, as the supervisor does.
def run_agent(c)
  Dir.mktmpdir do |folder|
    write_files(c, folder)
    reader, writer = IO.pipe
    pid = fork do
      writer.puts(JSON.generate(configured(c, folder)))
      writer.close
      exit!(0)
    rescue Exception => e # rubocop:disable Lint/RescueException
      warn e.message
      writer.puts(JSON.generate('refused' => "#{e.class}: #{e.message.lines.first}"))
      exit!(1)
    end
    writer.close
    text = reader.read
    Process.wait(pid)
    found = text.empty? ? { 'refused' => 'ended' } : JSON.parse(text)
    raise Fluent::ConfigError, found['refused'] if found['refused']
    found
  end
end

# What events become on their way through a whole configuration: what each output of type `kept` gets, by its id.
def run_flow(c)
  require 'fluent/plugin/output'
  Object.const_set(:KeptOutput, Class.new(Fluent::Plugin::Output)) unless defined?(KeptOutput)
  KeptOutput.class_eval do
    define_singleton_method(:got) { @got ||= {} }
    def process(tag, es)
      list = (KeptOutput.got[plugin_id] ||= [])
      es.each { |time, record| list << [tag, moment(time), plain(record)] }
    end

    def multi_workers_ready? = true
  end
  KeptOutput.got.clear
  Fluent::VariableStore.fetch_or_build(:pluing_id, default_value: Set.new).clear
  Fluent::Plugin.register_output('kept', KeptOutput)
  $log = Fluent::Log.new(ServerEngine::DaemonLogger.new(File.open(File::NULL, 'w'), log_level: 4))
  conf = Fluent::Config.parse(c['text'], 'case.conf', Dir.pwd, true)
  Fluent::Engine.init(Fluent::SystemConfig.new)
  Fluent::Engine.configure(conf)
  agent = Fluent::Engine.root_agent
  agent.start
  groups(c).each { |tag, es| agent.event_router.emit_stream(tag, es) }
  agent.shutdown
  KeptOutput.got.reject { |_, events| events.empty? }
end

# Events; neighbours of one tag form a stream.
def groups(c)
  c['input'].chunk_while { |a, b| a[0] == b[0] }.map do |events|
    es = Fluent::MultiEventStream.new
    events.each { |_, ns, record| es.add(event_time(ns), input(record)) }
    [events[0][0], es]
  end
end

def configured(c, folder)
  ENV.update('CASE_DIR' => folder, **(c['env'] || {}))
  ENV['SERVERENGINE_WORKER_ID'] = c['worker'].to_s if c['worker']
  $log = Fluent::Log.new(ServerEngine::DaemonLogger.new(File.open(File::NULL, 'w'), log_level: 4))
  conf = parse_text(c, folder)
  system = Fluent::SystemConfig.create(conf, c['strict'] || false)
  system.overwrite_variables(strict_config_value: true) if c['strict']
  raise Fluent::ConfigError, 'workers' if system.workers < 1
  Fluent::Engine.init(system, supervisor_mode: c['worker'].nil?)
  Fluent::Engine.configure(conf)
  { 'unused' => unused(conf), 'routes' => routes(c['tags'] || []) }
end

def unused(conf)
  found = []
  conf.check_not_fetched do |key, e|
    parent, = e.unused_in
    found << (parent ? "<#{e.name}>" : key) unless e.name == 'system' || e.for_another_worker?
  end
  found.uniq.sort
end

def routes(tags)
  agent = Fluent::Engine.root_agent
  routers = { '@ROOT' => agent.event_router }
  agent.labels.each { |name, label| routers[name] = label.event_router }
  routers.transform_values { |router| tags.to_h { |tag| [tag, way(router, tag)] } }
end

def way(router, tag)
  names = []
  router.instance_variable_get(:@match_rules).each do |rule|
    next unless rule.match?(tag)
    plugin = rule.collector
    names << (plugin.plugin_id_configured? ? plugin.plugin_id : Fluent::Plugin.lookup_type_from_class(plugin.class))
    break unless plugin.is_a?(Fluent::Plugin::Filter)
  end
  names
end

def run_match(c)
  patterns = c['pattern'].split(/\s+/).map { |s| Fluent::MatchPattern.create(s) }
  matcher = patterns.size == 1 ? patterns[0] : Fluent::OrMatchPattern.new(patterns)
  c['input'].map { |tag| matcher.match(tag) ? true : false }
end

# One option of a type, in every text.
def run_value(c)
  type = c['type'].to_sym
  opts = (c['with'] || {}).transform_keys(&:to_sym)
  opts[:list] = opts[:list].map(&:to_sym) if opts[:list]
  opts[:value_type] = opts[:value_type].to_sym if opts[:value_type]
  # Fluentd keeps declarations by the name of the class: each case needs its own.
  $classes = ($classes || 0) + 1
  klass = Object.const_set("CasePlugin#{$classes}", Class.new(Fluent::Plugin::Input))
  Fluent::Plugin.register_input("case#{$classes}", klass)
  klass.config_param(:a, type, **opts)
  c['input'].map do |text|
    plugin = klass.new
    plugin.system_config_override('strict_config_value' => true) if c['strict']
    plugin.configure(element_of("a #{text}\n", 'source', '', c['syntax'] || 'v1'))
    plain(plugin.a)
  rescue StandardError
    'raises'
  end
end

def answer(c)
  { 'got' => send("run_#{c['kind']}", c) }
rescue Fluent::ConfigError, Fluent::ConfigParseError => e
  { 'refused' => e.message.lines.first.to_s.strip }
rescue Exception => e # rubocop:disable Lint/RescueException
  { 'failed' => "#{e.class}: #{e.message.lines.first.to_s.strip} #{e.backtrace.first}" }
end

$stdin.each_line do |line|
  puts JSON.generate(answer(JSON.parse(line)))
  $stdout.flush
end
