#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "detect/pattern.h"

/// A Sigma rule as read: everything checked, nothing compiled. What the words mean is the Sigma specification 2.1.0
/// (github.com/SigmaHQ/sigma-specification); where it is silent, README.md says what we decided.
namespace picket::detect {

/// Which events a rule is tried on. An empty attribute asks for nothing.
struct LogSource {
  std::string category, product, service;
  /// Every attribute set here equals the other's.
  bool covers(const LogSource& other) const;
  bool operator==(const LogSource&) const = default;
};

enum class Level { kNone, kInformational, kLow, kMedium, kHigh, kCritical };
std::string_view to_string(Level level);

enum class AtomKind { kText, kRegex, kCidr, kCompare, kExists, kNull, kFieldRef };
enum class Compare { kEqual, kLess, kLessEqual, kGreater, kGreaterEqual };
enum class TimePart { kNone, kMinute, kHour, kDay, kWeek, kMonth, kYear };
enum class Anchor { kWhole, kStart, kEnd, kAnywhere };

/// A number that texts spell: whole ones below 2^64 exactly, so that neighbours beyond 2^53 differ; others rounded to a double.
struct Number {
  double rounded = 0;
  bool whole = false, negative = false;
  std::uint64_t magnitude = 0;  ///< of a whole one
};

/// A network of one address family; IPv4-mapped IPv6 is IPv4.
struct Network {
  bool v6 = false;
  int prefix = 0;
  std::array<std::uint8_t, 16> bytes{};
};

/// One question to the values of a field, all modifiers worked in.
struct Atom {
  AtomKind kind = AtomKind::kText;
  bool cased = false;
  Pattern pattern;     ///< kText
  std::string text;    ///< kRegex: RE2 syntax, flags in front. kFieldRef: the other field
  Anchor anchor = Anchor::kWhole;      ///< kFieldRef
  bool exists = false;                 ///< kExists
  Compare compare = Compare::kEqual;   ///< kCompare
  TimePart part = TimePart::kNone;     ///< kCompare: of the time in the field; kNone: the field's number
  Number operand;                      ///< kCompare
  Network network;                     ///< kCidr
};

/// `field|modifiers: values`. Holds when any (with `all`: every) value holds, a value when any of its atoms does.
struct Item {
  std::string field;  ///< empty: a keyword, sought in every value of the event
  bool negated = false;
  bool all = false;
  std::vector<std::vector<Atom>> values;
};

/// A detection as a tree of items. Shared, never changed.
struct Node {
  enum class Op { kItem, kAnd, kOr, kNot };
  Op op = Op::kItem;
  Item item;
  std::vector<std::shared_ptr<const Node>> children;
};
using NodePtr = std::shared_ptr<const Node>;
NodePtr make_node(Node::Op op, std::vector<NodePtr> children);

enum class CorrelationType {
  kEventCount, kValueCount, kTemporal, kTemporalOrdered, kValueSum, kValueAverage, kValuePercentile
};

/// A boolean expression over the rules of a temporal correlation; `rule` indexes Correlation::rules.
struct RuleExpression {
  Node::Op op = Node::Op::kItem;  ///< kItem: the rule was seen
  std::size_t rule = 0;
  std::vector<RuleExpression> children;
};

/// How a value is read before values are compared with each other across events; see docs/rules.md.
enum class ReadAs { kAsIs, kFolded, kEmail, kAddress, kNetwork };

/// What `picket:` adds to a correlation, beyond Sigma: docs/rules.md says what each means, docs/adr/0007 why.
struct Extras {
  bool first_seen = false;
  std::int64_t learning_us = 0;
  std::vector<std::string> not_preceded_by, not_followed_by;  ///< ids or names
  std::vector<std::string> equal, different;                  ///< fields
  std::map<std::string, ReadAs> read_as;                      ///< by field or alias
  bool absence() const { return !not_preceded_by.empty() || !not_followed_by.empty(); }
};

struct Correlation {
  CorrelationType type = CorrelationType::kEventCount;
  std::vector<std::string> rules;  ///< ids or names, as written
  std::vector<std::string> group_by;
  std::int64_t timespan_us = 0;
  /// gt, gte, lt, lte, eq, neq with the number; all must hold.
  enum class Operator { kGreater, kGreaterEqual, kLess, kLessEqual, kEqual, kNotEqual };
  struct Bound {
    Operator op;
    double value;
  };
  std::vector<Bound> bounds;
  std::vector<std::string> fields;  ///< what is counted, summed ...
  double percentile = 50;
  std::optional<RuleExpression> expression;
  std::map<std::string, std::map<std::string, std::string>> aliases;  ///< alias -> rule -> field
  std::map<std::string, TextPlace> alias_places;                      ///< where aliases name a rule
  bool generate = false;  ///< the referenced rules alert on their own, too
  Extras extras;

  /// Every rule it names: `rules`, then those that must not come before, then those that must not come after.
  std::vector<std::string> named() const;
};

/// What is not right with a text of rules. A warning leaves the rule in force.
struct Problem {
  enum class Severity { kError, kWarning } severity = Severity::kError;
  std::string file;
  std::string rule;  ///< title, where known
  Error error;       ///< with the place
};

struct Rule {
  std::string title, id, name, status, description, author, date, modified, license;
  Level level = Level::kNone;
  std::vector<std::string> tags, references, falsepositives, fields;
  std::optional<LogSource> logsource;
  std::string file;
  TextPlace place;
  std::string meaning;                     ///< what it says of events, without titles, order of keys and comments: the same for the same
  NodePtr root;                            ///< a detection rule; null for a correlation
  std::optional<Correlation> correlation;
  bool is_correlation() const { return correlation.has_value(); }
};

/// Narrows the rules it names: its condition must hold as well.
struct Filter {
  std::string title, id;
  std::optional<LogSource> logsource;
  bool any = false;                ///< every rule that the log source covers
  std::vector<std::string> rules;  ///< ids, names or titles
  NodePtr root;
  std::string file;
  TextPlace place;
  std::string meaning;             ///< as Rule::meaning
};

}  // namespace picket::detect
