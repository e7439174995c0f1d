#include "connector/testing/golden.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/strings.h"
#include "codec/json.h"

namespace picket::connector {
namespace {

namespace bj = boost::json;
namespace fs = std::filesystem;

constexpr TimePoint kReceived = from_seconds(1'795'000'000);

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

void print(std::string& out, const bj::value& value, int indent) {
  const auto lines = [&](auto& items, char open, char close, auto&& item) {
    if (items.empty()) {
      out += {open, close};
      return;
    }
    out += open;
    bool first = true;
    for (auto& entry : items) {
      out += first ? "\n" : ",\n";
      first = false;
      out.append(static_cast<std::size_t>(indent) + 2, ' ');
      item(entry);
    }
    out += '\n';
    out.append(static_cast<std::size_t>(indent), ' ');
    out += close;
  };
  if (value.is_object()) {
    lines(value.as_object(), '{', '}', [&](const bj::key_value_pair& member) {
      codec::append_json_quote(out, std::string_view(member.key()));
      out += ": ";
      print(out, member.value(), indent + 2);
    });
  } else if (value.is_array()) {
    lines(value.as_array(), '[', ']', [&](const bj::value& entry) { print(out, entry, indent + 2); });
  } else if (value.is_double()) {
    out += fmt::format("{}", value.as_double());
  } else {
    out += codec::to_json(value);
  }
}

}  // namespace

std::vector<GoldenCase> golden_cases(const std::string& folder) {
  std::vector<GoldenCase> cases;
  if (!fs::is_directory(folder)) return cases;
  for (const auto& stream : fs::directory_iterator(folder)) {
    if (!stream.is_directory()) continue;
    for (const auto& file : fs::directory_iterator(stream.path())) {
      const std::string path = file.path().string();
      if (!path.ends_with(".json") || path.ends_with(".expected.json")) continue;
      const std::string stem = path.substr(0, path.size() - 5);
      cases.push_back(
          {stream.path().filename().string(), file.path().stem().string(), path, stem + ".expected.json"});
    }
  }
  std::sort(cases.begin(), cases.end(),
            [](const auto& a, const auto& b) { return a.record_path < b.record_path; });
  return cases;
}

std::string golden_text(const Connector& connector, const GoldenCase& golden) {
  const std::string file = read_file(golden.record_path);
  const std::string_view record = trim(file);
  const auto normaliser = connector.normaliser();
  const model::EventView view = normaliser->normalise(golden.stream, record, kReceived);
  const auto text = [](std::string_view s) { return bj::value(bj::string(s.data(), s.size())); };
  bj::object out;
  out["view"] = bj::object{{"vendor_uid", text(view.vendor_uid)},
                           {"time", format_rfc3339(view.time)},
                           {"class_uid", view.class_uid},
                           {"activity_id", view.activity_id},
                           {"outcome", text(model::to_string(view.outcome))},
                           {"action", text(view.action)},
                           {"actor_uid", text(view.actor_uid)},
                           {"actor_email", text(view.actor_email)},
                           {"source_ip", text(view.source_ip)},
                           {"country", text(view.country)},
                           {"target", text(view.target)},
                           {"unreadable", view.unreadable}};
  const auto ocsf = normaliser->to_ocsf(golden.stream, record);
  const auto tree = ocsf ? codec::parse_json(*ocsf) : Result<bj::value>(bj::value(nullptr));
  out["ocsf"] = tree ? *tree : bj::value("not JSON");
  std::string printed;
  print(printed, out, 0);
  return printed + "\n";
}

std::string check_golden(const Connector& connector, const GoldenCase& golden) {
  const std::string actual = golden_text(connector, golden);
  if (const char* update = std::getenv("PICKET_UPDATE_GOLDEN");
      update != nullptr && std::string_view(update) == "1") {
    std::ofstream(golden.expected_path, std::ios::binary) << actual;
    return "";
  }
  const std::string expected = read_file(golden.expected_path);
  if (expected == actual) return "";
  std::istringstream a(expected), b(actual);
  std::string line_a, line_b;
  for (int line = 1;; ++line) {
    const bool more_a = static_cast<bool>(std::getline(a, line_a)),
               more_b = static_cast<bool>(std::getline(b, line_b));
    if (!more_a && !more_b) return "the files differ in white space at their end";
    if (more_a != more_b || line_a != line_b)
      return fmt::format(
          "{}:{}\n  expected: {}\n  actual:   {}\nPICKET_UPDATE_GOLDEN=1 writes the new text; read the "
          "difference "
          "before committing it.",
          golden.expected_path, line, more_a ? line_a : "(end)", more_b ? line_b : "(end)");
  }
}

}  // namespace picket::connector
