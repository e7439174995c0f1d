#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "detect/correlator.h"
#include "detect/tests/rules_for_tests.h"

namespace picket::detect {

/// A base rule for each letter (`k: a` ...), and one correlation titled C.
inline std::string with_bases(std::string_view correlation) {
  std::string out;
  for (const char c : {'a', 'b', 'c'})
    out += std::string("title: R") + c + "\nname: " + c + "\ndetection:\n    s:\n        k: " + c + "\n    condition: s\n---\n";
  return out + "title: C\nname: C\n" + std::string(correlation);
}

/// Events through rules into a correlator.
struct Feed {
  explicit Feed(std::string_view text, CorrelatorLimits limits = {}, Ties ties = Ties::kTogether)
      : compiled(compile_rules(text)), matcher(compiled.program), correlator(compiled.rules, limits, ties) {
    EXPECT_TRUE(compiled.errors().empty()) << (compiled.errors().empty() ? "" : compiled.errors().front());
  }
  std::vector<Signal> signals(std::int64_t seconds, std::uint64_t event, std::string_view json) {
    std::vector<Signal> out;
    const auto matches = matcher.match(json);
    for (const Match& match : *matches) {
      Signal signal{match.rule, from_seconds(seconds), event, {}};
      for (const auto& value : matcher.captures(match)) signal.captures.push_back(value ? std::optional<std::string>(*value) : std::nullopt);
      out.push_back(std::move(signal));
    }
    return out;
  }
  /// Titles that fired for this event; those of other events as "title@event", withdrawn ones with a minus.
  std::string add(std::int64_t seconds, std::uint64_t event, std::string_view json) {
    std::vector<Firing> out;
    for (const Signal& signal : signals(seconds, event, json)) correlator.add(signal, out);
    return told(out, event);
  }
  /// The same of what fires when everything before `seconds` is known.
  std::string advance(std::int64_t seconds) {
    std::vector<Firing> out;
    correlator.advance(from_seconds(seconds), out);
    return told(out, ~std::uint64_t{0});
  }
  std::string told(const std::vector<Firing>& firings, std::uint64_t event) const {
    std::string text;
    for (const Firing& firing : firings)
      text += (text.empty() ? "" : ",") + std::string(firing.withdrawn ? "-" : "") + compiled.rules->rules()[firing.rule].rule.title +
              (firing.event == event ? "" : "@" + std::to_string(firing.event));
    return text;
  }
  Compiled compiled;
  Matcher matcher;
  Correlator correlator;
};

}  // namespace picket::detect
