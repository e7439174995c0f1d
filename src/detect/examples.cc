#include "detect/examples.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <span>

#include "codec/json.h"
#include "codec/yaml.h"
#include "detect/notes.h"

namespace picket::detect {
namespace {

using codec::YamlNode;
using codec::YamlType;

constexpr int kMaxEvents = 10'000;
constexpr std::size_t kMaxExamples = 1'000;
constexpr std::int64_t kMaxSeconds = 366LL * 86400;

/// -12, 0.5, 1e9: what YAML and JSON write alike. All else that YAML takes for a number (0x17, .inf) stays a text.
bool is_json_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  if (text.empty() || text[0] < '0' || text[0] > '9') return false;
  if (text.size() > 1 && text[0] == '0' && text[1] >= '0' && text[1] <= '9') return false;
  if (text.find_first_not_of("0123456789.eE+-") != std::string_view::npos || text.back() == '.') return false;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

void append_json(std::string& out, const YamlNode& node) {
  char separator = '{';
  switch (node.type) {
    case YamlType::kNull: out += "null"; return;
    case YamlType::kBool: out += node.text == "true" || node.text == "True" || node.text == "TRUE" ? "true" : "false"; return;
    case YamlType::kInteger:
    case YamlType::kFloat:
      if (is_json_number(node.text)) {
        out += node.text;
        return;
      }
      [[fallthrough]];
    case YamlType::kString: codec::append_json_quote(out, node.text); return;
    case YamlType::kSequence:
      separator = '[';
      for (const YamlNode& item : node.items) {
        out += separator;
        append_json(out, item);
        separator = ',';
      }
      out += node.items.empty() ? "[]" : "]";
      return;
    case YamlType::kMap:
      for (std::size_t i = 0; i < node.keys.size(); ++i) {
        out += separator;
        codec::append_json_quote(out, node.keys[i].text);
        out += ':';
        append_json(out, node.items[i]);
        separator = ',';
      }
      out += node.keys.empty() ? "{}" : "}";
      return;
  }
}

Status check_keys(const YamlNode& map, std::string_view what, std::span<const std::string_view> known) {
  for (const codec::YamlKey& key : map.keys)
    if (std::find(known.begin(), known.end(), key.text) == known.end())
      return fail_at(key.place, fmt::format("{} has no \"{}\"; it has {}.", what, key.text, fmt::join(known, ", ")));
  return {};
}

/// 0, 30s, 5m, 2h, 3d.
Result<Micros> read_offset(const YamlNode& value) {
  const auto refuse = [&] { return fail_at(value.place, fmt::format("\"{}\" is no time of an example; write a number and one of s, m, h, d, like 5m.", value.text)); };
  std::int64_t number = 0;
  const char* const stop = value.text.data() + value.text.size();
  const auto [end, error] = std::from_chars(value.text.data(), stop, number);
  if (!value.is_scalar() || error != std::errc() || number < 0 || number > kMaxSeconds) return refuse();
  if (end == stop && number == 0) return Micros(0);
  if (end + 1 != stop) return refuse();
  const std::int64_t unit = *end == 's' ? 1 : *end == 'm' ? 60 : *end == 'h' ? 3600 : *end == 'd' ? 86400 : 0;
  if (unit == 0 || number * unit > kMaxSeconds) return refuse();
  return Micros(number * unit * 1'000'000);
}

Result<int> read_times(const YamlNode& value) {
  int times = 0;
  const char* const stop = value.text.data() + value.text.size();
  const auto [end, error] = std::from_chars(value.text.data(), stop, times);
  if (!value.is_scalar() || error != std::errc() || end != stop || times < 1 || times > kMaxEvents)
    return fail_at(value.place, fmt::format("\"{}\" is no number of repetitions; 1 to {} are possible.", value.text, kMaxEvents));
  return times;
}

Result<std::string> read_record(const YamlNode& value) {
  if (!value.is_map()) return fail_at(value.place, "The event of an example must be a map, as the vendor writes it.");
  std::string record;
  append_json(record, value);
  return record;
}

/// What an event says besides its record. `next` is its time when it says none.
Result<ExampleEvent> read_event(const YamlNode& map, Micros next) {
  constexpr std::string_view kKeys[] = {"at", "product", "service", "times", "every", "event"};
  if (!map.is_map()) return fail_at(map.place, "An event in a list must be a map with at, event and so on.");
  PICKET_TRY(check_keys(map, "An event in a list", kKeys));
  ExampleEvent out;
  out.place = map.place;
  out.at = next;
  out.every = std::chrono::seconds(1);
  for (std::size_t i = 0; i < map.keys.size(); ++i) {
    const std::string& key = map.keys[i].text;
    const YamlNode& value = map.items[i];
    if (key == "at") {
      PICKET_ASSIGN(out.at, read_offset(value));
    } else if (key == "every") {
      PICKET_ASSIGN(out.every, read_offset(value));
    } else if (key == "times") {
      PICKET_ASSIGN(out.times, read_times(value));
    } else if (key == "event") {
      PICKET_ASSIGN(out.record, read_record(value));
    } else {
      (key == "product" ? out.product : out.service) = value.text;
    }
  }
  if (out.record.empty()) return fail_at(map.place, "The event is missing (event: a map).");
  return out;
}

Status read_events(const YamlNode& list, Example& out) {
  if (!list.is_sequence() || list.items.empty()) return fail_at(list.place, "events must be a list of at least one event.");
  Micros next{0};
  int total = 0;
  for (const YamlNode& item : list.items) {
    PICKET_ASSIGN(ExampleEvent event, read_event(item, next));
    total += event.times;
    if (total > kMaxEvents) return fail_at(item.place, fmt::format("The example has more than {} events.", kMaxEvents));
    next = event.at + event.every * event.times;
    out.events.push_back(std::move(event));
  }
  return {};
}

Result<Example> read_example(const YamlNode& map, bool matching) {
  constexpr std::string_view kKeys[] = {"about", "product", "service", "event", "events"};
  if (!map.is_map()) return fail_at(map.place, "An example must be a map with about and event (or events, a list).");
  PICKET_TRY(check_keys(map, "An example", kKeys));
  Example out;
  out.matching = matching;
  out.place = map.place;
  if (const YamlNode* about = map.find("about")) out.about = about->text;
  const YamlNode* one = map.find("event");
  const YamlNode* many = map.find("events");
  if ((one == nullptr) == (many == nullptr)) return fail_at(map.place, "An example has either event (a map) or events (a list).");
  if (one != nullptr) {
    ExampleEvent event;
    event.place = one->place;
    PICKET_ASSIGN(event.record, read_record(*one));
    out.events.push_back(std::move(event));
  } else {
    PICKET_TRY(read_events(*many, out));
  }
  for (ExampleEvent& event : out.events) {
    if (const YamlNode* product = map.find("product"); product != nullptr && event.product.empty()) event.product = product->text;
    if (const YamlNode* service = map.find("service"); service != nullptr && event.service.empty()) event.service = service->text;
  }
  return out;
}

class Reader {
 public:
  explicit Reader(const std::string& file) : file_(file) {}

  void take(const YamlNode& document) {
    const YamlNode* picket = document.find("picket");
    const YamlNode* examples = picket != nullptr ? picket->find("examples") : nullptr;
    if (examples == nullptr || examples->type == YamlType::kNull) return;
    const YamlNode* title = document.find("title");
    RuleExamples rule{title != nullptr ? title->text : "", file_, document.place, {}};
    if (const Status done = take_lists(*examples, rule); !done) problem(rule, done.error());
    out_.rules.push_back(std::move(rule));
  }

  ExampleFile release() { return std::move(out_); }

 private:
  void problem(const RuleExamples& rule, const Error& error) {
    out_.problems.push_back({Problem::Severity::kError, file_, rule.title, error});
  }

  Status take_lists(const YamlNode& examples, RuleExamples& rule) {
    constexpr std::string_view kKeys[] = {"matching", "not_matching"};
    if (!examples.is_map()) return fail_at(examples.place, "examples must be a map with the lists matching and not_matching.");
    PICKET_TRY(check_keys(examples, "examples", kKeys));
    for (std::size_t i = 0; i < examples.keys.size(); ++i) {
      const YamlNode& list = examples.items[i];
      if (!list.is_sequence()) return fail_at(list.place, fmt::format("{} must be a list of examples.", examples.keys[i].text));
      for (const YamlNode& item : list.items) {
        if (rule.examples.size() == kMaxExamples) return fail_at(item.place, fmt::format("The rule has more than {} examples.", kMaxExamples));
        auto example = read_example(item, examples.keys[i].text == "matching");
        if (example) rule.examples.push_back(std::move(*example));
        if (!example) problem(rule, example.error());
      }
    }
    return {};
  }

  const std::string& file_;
  ExampleFile out_;
};

}  // namespace

std::string ExampleEvent::numbered(int n) const {
  constexpr std::string_view kMark = "{n}";
  std::string out;
  std::string_view rest = record;
  for (std::size_t mark = rest.find(kMark); mark != std::string_view::npos; mark = rest.find(kMark)) {
    out.append(rest.substr(0, mark)).append(std::to_string(n));
    rest.remove_prefix(mark + kMark.size());
  }
  return out.append(rest);
}

ExampleFile read_examples(std::string_view text, const std::string& file) {
  Reader reader(file);
  for (const Result<YamlNode>& document : codec::parse_yaml(text))
    if (document && document->is_map()) reader.take(*document);
  return reader.release();
}

}  // namespace picket::detect
