#include "detect/rule_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "base/strings.h"
#include "detect/notes.h"

namespace picket::detect {
namespace {

constexpr std::uint32_t kNone = 0xffffffff;

Problem problem_of(const Rule& rule, std::string message, Problem::Severity severity = Problem::Severity::kError) {
  Problem out{severity, rule.file, rule.title, Error(ErrorKind::kInvalidInput, std::move(message))};
  out.error.place = rule.place;
  return out;
}

/// Finds rules by id (in any case), then name, then title. A name or title that two rules share is that of the one in force, else of the
/// first; where nobody says which is in force (LinkOptions), it finds none.
class Directory {
 public:
  explicit Directory(const LinkOptions& options) : options_(&options) {}
  void add(const Rule& rule, std::uint32_t index) {
    const Place place{index, options_->in_force && options_->in_force(rule)};
    add(ids_, to_lower(rule.id), place);
    add(names_, rule.name, place);
    add(titles_, rule.title, place);
  }
  std::uint32_t find(const std::string& reference) const {
    if (const auto found = ids_.find(to_lower(reference)); found != ids_.end()) return found->second.index;
    for (const auto* table : {&names_, &titles_})
      if (const auto found = table->find(reference); found != table->end()) return found->second.index;
    return kNone;
  }
  /// Whose a name is.
  std::uint32_t named(const std::string& name) const {
    const auto found = names_.find(name);
    return found == names_.end() ? kNone : found->second.index;
  }

 private:
  struct Place {
    std::uint32_t index;
    bool in_force;
  };
  using Table = std::unordered_map<std::string, Place>;
  void add(Table& table, const std::string& key, const Place& place) const {
    if (key.empty()) return;
    const auto [row, fresh] = table.emplace(key, place);
    if (fresh) return;
    if (!options_->in_force)
      row->second.index = kNone;
    else if (place.in_force && !row->second.in_force)
      row->second = place;
  }
  const LinkOptions* options_;
  Table ids_, names_, titles_;
};

class Linker {
 public:
  Linker(std::vector<RuleSet::Linked>& rules, std::vector<std::uint32_t>& order, std::vector<Problem>& problems, const LinkOptions& options)
      : rules_(rules), order_(order), problems_(problems), options_(options), directory_(options) {}

  void take_rules(std::vector<RuleFile>& files) {
    std::unordered_map<std::string, const Rule*> owners;  // by identity
    for (const RuleFile& file : files)
      for (const Rule& rule : file.rules) {
        const auto [row, fresh] = owners.emplace(identity(rule), &rule);
        if (!fresh && options_.in_force && options_.in_force(rule) && !options_.in_force(*row->second)) row->second = &rule;
      }
    std::vector<const Rule*> refused;
    for (const RuleFile& file : files)
      for (const Rule& rule : file.rules) {
        const Rule& owner = *owners.at(identity(rule));
        if (&owner == &rule || (rule.id.empty() && !options_.one_a_title)) continue;
        const std::string where = fmt::format("{}:{}", owner.file, owner.place.line);
        problems_.push_back(problem_of(
            rule, rule.id.empty() ? fmt::format("The rule at {} has this title, too, and neither has an id, so nothing tells them apart; give this one an id. It is left out.", where)
                                  : fmt::format("The id {} is that of the rule at {} already (\"{}\"); this rule is left out.", rule.id, where, owner.title)));
        problems_.back().error.kind = ErrorKind::kConflict;
        refused.push_back(&rule);
      }
    std::sort(refused.begin(), refused.end());
    for (RuleFile& file : files)
      for (Rule& rule : file.rules) {
        if (std::binary_search(refused.begin(), refused.end(), &rule)) continue;
        RuleSet::Linked linked;
        linked.rule = std::move(rule);
        rules_.push_back(std::move(linked));
      }
  }

  void index() {
    directory_ = Directory(options_);
    for (std::uint32_t i = 0; i < rules_.size(); ++i) directory_.add(rules_[i].rule, i);
  }

  void apply(const std::shared_ptr<const Filter>& joined) {
    const Filter& filter = *joined;
    const auto narrow = [&](RuleSet::Linked& linked) {
      Rule& rule = linked.rule;
      if (rule.is_correlation()) return;
      if (filter.logsource && !filter.logsource->covers(rule.logsource.value_or(LogSource{}))) return;
      if (!linked.filters.empty() && linked.filters.back() == joined) return;  // named twice
      rule.root = make_node(Node::Op::kAnd, {rule.root, filter.root});
      linked.filters.push_back(joined);
    };
    if (filter.any) {
      for (auto& linked : rules_) narrow(linked);
      return;
    }
    for (const std::string& name : filter.rules) {
      const std::uint32_t found = directory_.find(name);
      if (found != kNone) {
        narrow(rules_[found]);
        continue;
      }
      Problem problem{Problem::Severity::kWarning, filter.file, filter.title,
                      Error(ErrorKind::kInvalidInput, fmt::format("The filter names the rule \"{}\", which is not there.", name))};
      problem.error.place = filter.place;
      problems_.push_back(std::move(problem));
    }
  }

  /// Removes correlations that name what is not there, until none does; then cycles.
  void drop_broken() {
    bool changed = true;
    while (changed) {
      index();
      std::vector<bool> broken(rules_.size());
      for (std::size_t i = 0; i < rules_.size(); ++i) {
        const Rule& rule = rules_[i].rule;
        if (!rule.is_correlation()) continue;
        for (const std::string& name : rule.correlation->named())
          if (directory_.find(name) == kNone) {
            problems_.push_back(problem_of(rule, fmt::format("The correlation names the rule \"{}\", which is not there (or two rules have that name).", name)));
            broken[i] = true;
            break;
          }
        if (!broken[i] && wants_itself(*rule.correlation)) {
          problems_.push_back(problem_of(rule, "The correlation asks whether a rule is followed or preceded by itself; what must be absent must be another rule."));
          broken[i] = true;
        }
      }
      changed = erase(broken);
      if (!changed) changed = drop_cycles();
    }
  }

  void connect() {
    std::vector<bool> generating(rules_.size()), silencing(rules_.size());
    for (const std::uint32_t c : order_) {
      const Correlation& correlation = *rules_[c].rule.correlation;
      for (const std::string& name : correlation.named()) {
        const std::uint32_t named = directory_.find(name);
        if (rules_[c].inputs.size() < correlation.rules.size()) (correlation.generate ? generating : silencing)[named] = true;
        rules_[c].inputs.push_back({named, {}, {}, {}});
        auto& users = rules_[named].used_by;
        if (std::find(users.begin(), users.end(), c) == users.end()) users.push_back(c);
      }
    }
    for (const std::uint32_t c : order_) check_aliases(c);
    for (std::size_t i = 0; i < rules_.size(); ++i) rules_[i].alerts = generating[i] || !silencing[i];
    // from the outermost inwards, so that what an outer rule wants of an inner one is known before the inner one asks its own
    for (auto c = order_.rbegin(); c != order_.rend(); ++c) plan(*c);
    for (const std::uint32_t c : order_) rules_[c].delay = delay_of(c);
    for (auto c = order_.rbegin(); c != order_.rend(); ++c) ask_history(*c);
  }

  /// A name that is taken stays with the rule that has it, and who else wrote it is told.
  void tell_shared_names() {
    if (!options_.in_force) return;
    for (std::uint32_t i = 0; i < rules_.size(); ++i) {
      const Rule& rule = rules_[i].rule;
      const std::uint32_t owner = rule.name.empty() ? i : directory_.named(rule.name);
      if (owner == i || owner == kNone) continue;
      const Rule& other = rules_[owner].rule;
      problems_.push_back(problem_of(rule, fmt::format("The name \"{}\" is that of the rule at {}:{} already (\"{}\"): correlations and filters that say it mean that one.", rule.name,
                                                       other.file, other.place.line, other.title),
                                     Problem::Severity::kWarning));
    }
  }

 private:
  bool erase(const std::vector<bool>& gone) {
    std::vector<RuleSet::Linked> kept;
    for (std::size_t i = 0; i < rules_.size(); ++i)
      if (!gone[i]) kept.push_back(std::move(rules_[i]));
    const bool any = kept.size() != gone.size();
    rules_ = std::move(kept);
    return any;
  }

  /// An event would be its own follower.
  bool wants_itself(const Correlation& correlation) const {
    const std::vector<std::string> names = correlation.named();
    const auto own = names.begin() + static_cast<std::ptrdiff_t>(correlation.rules.size());
    return std::any_of(own, names.end(), [&](const std::string& absent) {
      return std::any_of(names.begin(), own, [&](const std::string& name) { return directory_.find(name) == directory_.find(absent); });
    });
  }

  /// Orders the correlations (Kahn); what is left over names itself in a circle.
  bool drop_cycles() {
    order_.clear();
    std::vector<bool> placed(rules_.size());
    for (std::size_t i = 0; i < rules_.size(); ++i) placed[i] = !rules_[i].rule.is_correlation();
    for (bool moved = true; moved;) {
      moved = false;
      for (std::uint32_t i = 0; i < rules_.size(); ++i) {
        if (placed[i]) continue;
        const std::vector<std::string> names = rules_[i].rule.correlation->named();
        if (!std::all_of(names.begin(), names.end(), [&](const std::string& name) { return placed[directory_.find(name)]; })) continue;
        placed[i] = moved = true;
        order_.push_back(i);
      }
    }
    std::vector<bool> gone(rules_.size());
    for (std::size_t i = 0; i < rules_.size(); ++i)
      if (!placed[i]) {
        problems_.push_back(problem_of(rules_[i].rule, "The correlation names itself, directly or through others."));
        gone[i] = true;
      }
    return erase(gone);
  }

  static std::uint32_t capture(RuleSet::Linked& linked, const std::string& field, bool compared) {
    const auto found = std::find(linked.captures.begin(), linked.captures.end(), field);
    const auto index = static_cast<std::size_t>(found - linked.captures.begin());
    if (found == linked.captures.end()) {
      linked.captures.push_back(field);
      linked.compared.push_back(true);
    }
    linked.compared[index] = linked.compared[index] && compared;
    return static_cast<std::uint32_t>(index);
  }

  /// The field that `name` stands for in the events of `named`.
  static const std::string& resolve(const Correlation& correlation, const std::string& name, const Rule& named, const std::string& reference) {
    const auto alias = correlation.aliases.find(name);
    if (alias == correlation.aliases.end()) return name;
    for (const std::string* key : {&reference, &named.name, &named.id, &named.title})
      if (const auto field = alias->second.find(*key); field != alias->second.end()) return field->second;
    const std::string id = to_lower(named.id);
    for (const auto& [rule, field] : alias->second)
      if (!id.empty() && to_lower(rule) == id) return field;
    return name;
  }

  /// An alias for a rule that the correlation does not name stands for nothing.
  void check_aliases(std::uint32_t index) {
    const Rule& rule = rules_[index].rule;
    const std::vector<std::string> names = rule.correlation->named();
    for (const auto& row : rule.correlation->alias_places) {
      const std::string& reference = row.first;
      const bool known = std::any_of(rules_[index].inputs.begin(), rules_[index].inputs.end(), [&](const RuleSet::Input& input) {
        const Rule& named = rules_[input.rule].rule;
        return reference == named.name || reference == named.title || to_lower(reference) == to_lower(named.id);
      });
      if (known || std::find(names.begin(), names.end(), reference) != names.end()) continue;
      const std::vector<std::string_view> views(names.begin(), names.end());
      const std::string_view meant = likely(reference, views);
      problems_.push_back(problem_of(rule, fmt::format("An alias names the rule \"{}\", which this correlation does not; {}", reference,
                                                       meant.empty() ? "it stands for nothing there." : fmt::format("did you mean \"{}\"?", meant)),
                                     Problem::Severity::kWarning));
      problems_.back().error.place = row.second;
    }
  }

  Micros input_delay(std::uint32_t index) const {
    Micros out{0};
    for (const RuleSet::Input& input : rules_[index].inputs) out = std::max(out, rules_[input.rule].delay);
    return out;
  }
  Micros delay_of(std::uint32_t index) const {
    const Correlation& correlation = *rules_[index].rule.correlation;
    return input_delay(index) + Micros(correlation.extras.not_followed_by.empty() ? 0 : correlation.timespan_us);
  }

  /// Outer correlations come before the inner ones: what is wanted above is known.
  void ask_history(std::uint32_t index) {
    const Correlation& correlation = *rules_[index].rule.correlation;
    // an event that waits for what follows may itself want what came before
    const bool both = !correlation.extras.not_preceded_by.empty() && !correlation.extras.not_followed_by.empty();
    const Micros wanted = rules_[index].history_needed + input_delay(index) + Micros(correlation.timespan_us) * (both ? 2 : 1);
    for (const RuleSet::Input& input : rules_[index].inputs) {
      Micros& history = rules_[input.rule].history_needed;
      history = std::max(history, wanted);
    }
  }

  void plan(std::uint32_t index) {
    RuleSet::Linked& linked = rules_[index];
    const Correlation& correlation = *linked.rule.correlation;
    const std::vector<std::string> names = correlation.named();
    for (std::size_t i = 0; i < linked.inputs.size(); ++i) {
      RuleSet::Input& input = linked.inputs[i];
      RuleSet::Linked& named = rules_[input.rule];
      const auto want = [&](const std::string& name, bool compared = false) {
        return capture(named, resolve(correlation, name, named.rule, names[i]), compared && !correlation.extras.read_as.contains(name));
      };
      for (const std::string& name : correlation.group_by) input.group.push_back(want(name));
      for (const std::string& name : correlation.extras.equal) input.group.push_back(want(name));
      for (const std::string& name : correlation.fields) input.values.push_back(want(name, correlation.type == CorrelationType::kValueCount));
      for (const std::string& name : correlation.extras.different) input.values.push_back(want(name, true));
      for (const std::string& name : linked.captures) input.captures.push_back(want(name));
    }
  }

  std::vector<RuleSet::Linked>& rules_;
  std::vector<std::uint32_t>& order_;
  std::vector<Problem>& problems_;
  const LinkOptions& options_;
  Directory directory_;
};

}  // namespace

std::string identity(const Rule& rule) { return rule.id.empty() ? "title " + rule.title : to_lower(rule.id); }

RuleSet RuleSet::link(std::vector<RuleFile> files, std::vector<Problem>& problems, const LinkOptions& options) {
  RuleSet out;
  for (RuleFile& file : files) std::move(file.problems.begin(), file.problems.end(), std::back_inserter(problems));
  Linker linker(out.rules_, out.correlations_, problems, options);
  linker.take_rules(files);
  linker.drop_broken();
  linker.tell_shared_names();
  for (RuleFile& file : files)
    for (Filter& filter : file.filters) linker.apply(std::make_shared<const Filter>(std::move(filter)));
  linker.connect();
  return out;
}

}  // namespace picket::detect
