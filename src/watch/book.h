#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "detect/placeholders.h"
#include "detect/program.h"
#include "detect/rule_set.h"

namespace picket::watch {

/// Who wrote a rule: it came with Picket, lies in a folder that the server was told of, or was written in the console.
enum class Origin { kShipped, kFolder, kOwn };
std::string_view to_string(Origin origin);  ///< "shipped", "folder", "own"

/// A text of rules.
struct Source {
  Origin origin = Origin::kShipped;
  std::string file;    ///< "1password/vault_export.yml", a path, or the id of an own rule
  std::string vendor;  ///< slug of the connector that it came with; else empty
  std::string text;
  std::optional<detect::Problem> unreadable = {};  ///< why there is no text
};

/// What is known of a rule beside what it says.
struct Entry {
  std::string key;     ///< its id; without one a digest of its title
  std::string digest;  ///< of its text
  /// Digest of what it says of events, see detect::Rule::meaning, and of what people's rules say that it names; filters apart.
  std::string meaning;
  bool through_others = false;  ///< `meaning` is also that of rules that it names
  /// That narrow it or a rule that it names: how people call each, and the digest of its meaning.
  std::vector<std::pair<std::string, std::string>> filters = {};
  std::string text;    ///< its document alone
  Origin origin = Origin::kShipped;
  std::string vendor;
  bool alerts = false;  ///< of level low or above, and not merely a part of correlations
  std::string shape;    ///< see shape_of
  Micros span{};        ///< of event time: repeats about one subject within it are one alert
};

/// Rules compiled together for every log source there is. Place: made when rules change, shared by all organizations with the
/// same rules. Threads: immutable. Failure: a rule that cannot be used is a problem and left out.
class Book {
 public:
  using Service = std::pair<std::string, std::string>;  ///< product, service
  /// The OCSF names that rules may use of a service's events, sorted; see connector::Connector::ocsf_names.
  using OcsfNames = std::map<Service, std::vector<std::string_view>>;

  /// Key -> file of the rules that are in force.
  using Files = std::map<std::string, std::string, std::less<>>;
  struct Wanted {
    const std::vector<Source>& sources;
    std::span<const Service> services = {};
    const OcsfNames& names = {};
    /// A rule in force keeps its id when another file claims it; among newcomers the first has it.
    const Files& in_force = {};
    /// What people edit replaces what is in force as a whole: a file of a folder with an error, which was without one here or would lose a
    /// rule or a filter, stays as it was here, with a problem that says so. Null: there was nothing before.
    const Book* before = nullptr;
    /// A shipped rule that asks for one which nothing fills waits: it is left out without a word.
    const detect::Placeholders& placeholders = {};
  };
  static std::shared_ptr<const Book> make(const Wanted& wanted);
  Files files() const;

  const detect::RuleSet& rules() const { return *rules_; }
  const std::shared_ptr<const detect::RuleSet>& shared_rules() const { return rules_; }
  const std::vector<Entry>& entries() const { return entries_; }  ///< by rule
  const std::vector<detect::Problem>& problems() const { return problems_; }
  /// Whether a rule is about something that does not happen, so that time alone can make it fire.
  bool waits() const { return waits_; }
  /// How far back any rule needs signals, in event time.
  Micros history_needed() const { return history_needed_; }
  /// The line of the text that each problem is about; empty where it has no place.
  const std::vector<std::string>& problem_lines() const { return problem_lines_; }
  std::optional<std::uint32_t> find(std::string_view key) const;
  /// The rules that watch a service; null when none does.
  const std::shared_ptr<const detect::Program>& program(const Service& service) const;
  /// Some of the rules for a service, compiled as `program` is: for trying them apart.
  std::shared_ptr<const detect::Program> program_of(const Service& service, std::vector<std::uint32_t> rules) const;

 private:
  struct Text {
    std::string text;
    std::size_t filters = 0;
    bool good = false;  ///< nothing was wrong with it
  };
  class Maker;
  detect::ProgramOptions options_for(const Service& service) const;
  std::shared_ptr<const detect::RuleSet> rules_;
  OcsfNames ocsf_names_;
  std::vector<Entry> entries_;
  std::vector<detect::Problem> problems_;
  bool waits_ = false;
  Micros history_needed_{};
  std::vector<std::string> problem_lines_;
  std::map<std::string, Text, std::less<>> texts_;  ///< of files in folders, as they are in force
  std::map<std::string, std::uint32_t, std::less<>> by_key_;
  std::map<Service, std::shared_ptr<const detect::Program>> programs_;
};

/// Line `place.line` of `text`, without its end and what could move a terminal, at most 200 bytes; empty without a place.
std::string line_at(std::string_view text, const std::optional<TextPlace>& place);

/// The document of `text` in which line `line` (from 1) stands.
std::string_view document_at(std::string_view text, std::size_t line);

}  // namespace picket::watch
