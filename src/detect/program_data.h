#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "detect/exact_table.h"
#include "detect/field_trie.h"
#include "detect/literal_finder.h"
#include "detect/pattern.h"
#include "detect/regex.h"
#include "detect/rule.h"

/// The compiled form of rules, private to Program and Matcher. See docs/adr/0005-detection-engine.md.
namespace picket::detect {

enum class PredicateKind : std::uint8_t {
  kExact,     ///< one of some texts; answered by the field's table when the value is read
  kLiterals,  ///< one of some literals at some place
  kPattern,   ///< one of some patterns with wildcards inside, or any value at all
  kRegex,
  kCidr,
  kCompare,
  kFieldRef,
  kNull,      ///< absent, or a null among the values
  kExists,
};

struct Literal {
  std::string text;
  Anchor anchor;
};

/// A question to one field that is answered at most once an event, however many rules ask it.
struct Predicate {
  std::uint32_t slot = 0;  ///< ProgramData::kEverything for keywords
  PredicateKind kind = PredicateKind::kExact;
  bool cased = false;
  bool scanned = false;  ///< kLiterals: answered by the field's finder
  std::vector<std::string> texts;
  std::vector<Literal> literals;
  std::vector<Pattern> patterns;
  std::vector<Regex> regexes;
  std::vector<Atom> atoms;              ///< kCidr, kCompare, kFieldRef
  std::uint32_t other = 0;              ///< kFieldRef: the other field's slot
  std::vector<std::uint32_t> watchers;  ///< rules (of the program) to try once this holds
};

/// A hit of a field's finder: the predicate holds if the literal lies as `anchor` says.
struct ScannedLiteral {
  std::uint32_t predicate;
  std::uint32_t length;
  Anchor anchor;
};

/// One way to look at a field's values: folded, or as they are.
struct FieldView {
  ExactTable exact;
  LiteralFinder finder;
  std::vector<ScannedLiteral> scanned;
  bool eager = false;  ///< the finder runs as soon as the field is there, because rules wait for its hits
};

struct Field {
  FieldView folded, cased;
  std::vector<std::uint32_t> watchers;  ///< rules to try once the field is there
  bool quiet() const { return folded.exact.empty() && cased.exact.empty() && !folded.eager && !cased.eager && watchers.empty(); }
};

/// One step of a rule's condition: ask, then go on or end. Short-circuit evaluation, laid out flat.
struct Test {
  static constexpr std::uint32_t kMatch = 0xffffffff, kNoMatch = 0xfffffffe;
  std::uint32_t predicate;
  std::uint32_t on_true, on_false;
};

struct CompiledRule {
  std::uint32_t rule;   ///< index into RuleSet::rules()
  std::uint32_t entry;  ///< first test
  std::vector<std::uint32_t> captures;  ///< slots
};

struct ProgramData {
  static constexpr std::uint32_t kEverything = 0xffffffff;
  /// Set in the slots of values that the event's document holds; what is below it is the slot of `document`.
  static constexpr std::uint32_t kDocument = 0x40000000;
  static bool in_document(std::uint32_t slot) { return slot != kEverything && (slot & kDocument) != 0; }

  FieldTrie trie, document;
  std::vector<Field> fields;  ///< by slot
  std::vector<Field> document_fields;
  Field everything;           ///< for keywords
  bool keywords = false;
  std::vector<Predicate> predicates;
  std::vector<Test> tests;
  std::vector<CompiledRule> rules;
  std::vector<std::uint32_t> always;        ///< rules that no single predicate can rule out
  std::vector<std::uint32_t> event_fields;  ///< slots
  std::vector<std::pair<std::uint32_t, std::uint32_t>> given;  ///< index into ProgramOptions::given, slot: those that rules ask for

  const Field& field(std::uint32_t slot) const { return slot == kEverything ? everything : in_document(slot) ? document_fields[slot & ~kDocument] : fields[slot]; }
  Field& field(std::uint32_t slot) { return const_cast<Field&>(std::as_const(*this).field(slot)); }
};

}  // namespace picket::detect
