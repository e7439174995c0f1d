#include <algorithm>
#include <utility>

#include "detect/encodings.h"
#include "detect/event.h"
#include "detect/program.h"
#include "detect/program_data.h"
#include "detect/text.h"

namespace picket::detect {
namespace {

constexpr std::uint32_t kNone = Event::kNone;
// What one fieldref may compare in an event: bytes, and a price for each pair. Beyond that it does not hold. Equality needs no bound.
constexpr std::size_t kMaxReferred = 16 << 20, kPair = 16;

bool lies(std::string_view text, const Literal& literal) {
  switch (literal.anchor) {
    case Anchor::kStart: return text.starts_with(literal.text);
    case Anchor::kEnd: return text.ends_with(literal.text);
    case Anchor::kAnywhere: return find_text(text, literal.text) != std::string_view::npos;
    case Anchor::kWhole: break;
  }
  return text == literal.text;
}

bool holds(Compare wanted, std::weak_ordering order) {
  switch (wanted) {
    case Compare::kEqual: return order == 0;
    case Compare::kLess: return order < 0;
    case Compare::kLessEqual: return order <= 0;
    case Compare::kGreater: return order > 0;
    case Compare::kGreaterEqual: return order >= 0;
  }
  return false;
}

bool compares(const Atom& atom, std::string_view text) {
  if (atom.part == TimePart::kNone) {
    const auto number = parse_exact_number(text);
    return number && holds(atom.compare, compare(*number, atom.operand));
  }
  const auto part = time_part(text, atom.part);
  return part && holds(atom.compare, std::weak_order(static_cast<double>(*part), atom.operand.rounded));
}

}  // namespace

struct Matcher::State {
  explicit State(std::shared_ptr<const Program> p)
      : program(std::move(p)), data(program->data()), event(data.trie, data.keywords), answers(data.predicates.size()),
        scanned((data.fields.size() + data.document_fields.size() + 1) * 2), woken(data.rules.size()) {
    if (data.document.slots() > 0) document.emplace(data.document, false);
  }

  Status read(std::string_view record, EventContext* about);
  std::optional<std::string_view> joined(std::uint32_t slot);
  bool run(const CompiledRule& rule);

 private:
  /// An answer is the number of the event it belongs to, and one bit.
  void know(std::uint32_t predicate, bool value) { answers[predicate] = now << 1 | std::uint64_t{value}; }
  void found(std::uint32_t predicate);
  void wake(std::uint32_t rule);

  void look_up(Event& source, const Field& field, std::uint32_t first);
  void read_document();
  Event& source(std::uint32_t slot);
  void scan(std::uint32_t slot, bool cased);
  bool ask(std::uint32_t number);
  bool evaluate(std::uint32_t number, const Predicate& predicate);
  bool refers(const Predicate& predicate);
  bool searches(const Predicate& predicate);
  bool has(std::uint32_t slot) { return source(slot).has(slot & ~ProgramData::kDocument); }
  std::uint32_t first_of(std::uint32_t slot) { return slot == ProgramData::kEverything ? event.first_of_all() : source(slot).first(slot & ~ProgramData::kDocument); }
  template <typename Test>
  bool any_value(std::uint32_t slot, bool cased, Test test);

 public:
  std::shared_ptr<const Program> program;
  const ProgramData& data;
  Event event;
  std::optional<Event> document;  ///< when rules ask for it at all
  EventContext* context = nullptr;
  std::uint64_t now = 0, document_of = 0;  ///< the event that `document` is of
  std::vector<std::uint64_t> answers;  ///< by predicate
  std::vector<std::uint64_t> scanned;  ///< by field and view: the event in which the finder ran
  std::vector<std::uint64_t> woken;    ///< by rule: the event in which it became a candidate
  std::vector<std::uint32_t> candidates;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> hits;  ///< rule, rule of the program
  std::vector<Match> matches;
  std::vector<std::optional<std::string_view>> captures;
  std::vector<std::string_view> referred;  ///< values of a fieldref's other field
};

void Matcher::State::wake(std::uint32_t rule) {
  if (woken[rule] == now) return;
  woken[rule] = now;
  candidates.push_back(rule);
}

void Matcher::State::found(std::uint32_t predicate) {
  know(predicate, true);
  for (const std::uint32_t rule : data.predicates[predicate].watchers) wake(rule);
}

/// Answers every equality that the field's values satisfy.
void Matcher::State::look_up(Event& source, const Field& field, std::uint32_t first) {
  const ExactTable& folded = field.folded.exact;
  const ExactTable& cased = field.cased.exact;
  for (std::uint32_t i = first; i != kNone; i = source.leaf(i).next) {
    Leaf& leaf = source.leaf(i);
    if (leaf.type == Leaf::Type::kNull) continue;
    const bool map = leaf.type == Leaf::Type::kMap;
    if (!folded.empty() && (!map || folded.knows_map())) {
      // folding changes the length of a text only where it is not ASCII
      const std::string_view text = source.text(leaf);
      if (folded.knows_length(text.size()) || !is_ascii(text))
        for (const std::uint32_t predicate : folded.find(source.folded(leaf))) found(predicate);
    }
    if (!cased.empty() && (!map || cased.knows_map()))
      for (const std::uint32_t predicate : cased.find(source.text(leaf))) found(predicate);
  }
}

/// The document of this event, made now if it was not yet; what equals one of its values is answered with that.
void Matcher::State::read_document() {
  if (document_of == now) return;
  document_of = now;
  const std::string text = context == nullptr ? std::string() : context->document();
  if (text.empty() || !document->read(text)) document->clear();
  for (const std::uint32_t slot : document->present()) look_up(*document, data.document_fields[slot], document->first(slot));
}

Event& Matcher::State::source(std::uint32_t slot) {
  if (!ProgramData::in_document(slot)) return event;
  read_document();
  return *document;
}

std::optional<std::string_view> Matcher::State::joined(std::uint32_t slot) {
  return source(slot).joined(slot & ~ProgramData::kDocument);
}

void Matcher::State::scan(std::uint32_t slot, bool cased) {
  const std::size_t field_place = slot == ProgramData::kEverything ? data.fields.size() : ProgramData::in_document(slot) ? data.fields.size() + 1 + (slot & ~ProgramData::kDocument) : slot;
  const std::size_t place = field_place * 2 + (cased ? 1 : 0);
  if (scanned[place] == now) return;
  scanned[place] = now;
  const Field& field = data.field(slot);
  const FieldView& view = cased ? field.cased : field.folded;
  Event& from = source(slot);
  for (std::uint32_t i = first_of(slot); i != kNone; i = from.leaf(i).next) {
    Leaf& leaf = from.leaf(i);
    if (leaf.type == Leaf::Type::kNull) continue;
    const std::string_view text = cased ? from.text(leaf) : from.folded(leaf);
    view.finder.scan(text, [&](std::uint32_t id, std::size_t end) {
      const ScannedLiteral& literal = view.scanned[id];
      if (literal.anchor == Anchor::kStart && end != literal.length) return;
      if (literal.anchor == Anchor::kEnd && end != text.size()) return;
      if (answers[literal.predicate] != (now << 1 | 1)) found(literal.predicate);
    });
  }
}

template <typename Test>
bool Matcher::State::any_value(std::uint32_t slot, bool cased, Test test) {
  Event& from = source(slot);
  for (std::uint32_t i = first_of(slot); i != kNone; i = from.leaf(i).next) {
    Leaf& leaf = from.leaf(i);
    if (leaf.type != Leaf::Type::kNull && test(cased ? from.text(leaf) : from.folded(leaf))) return true;
  }
  return false;
}

bool Matcher::State::refers(const Predicate& predicate) {
  referred.clear();
  any_value(predicate.other, predicate.cased, [&](std::string_view other) {
    referred.push_back(other);
    return false;
  });
  if (referred.empty()) return false;
  const Anchor anchor = predicate.atoms.front().anchor;
  if (anchor == Anchor::kWhole) {  // sorted: no choice of values makes this slow, as it could with hashes
    std::sort(referred.begin(), referred.end());
    return any_value(predicate.slot, predicate.cased, [&](std::string_view text) { return std::binary_search(referred.begin(), referred.end(), text); });
  }
  std::size_t spent = 0;
  bool found = false;
  any_value(predicate.slot, predicate.cased, [&](std::string_view text) {
    for (const std::string_view other : referred) {
      if ((spent += kPair) > kMaxReferred) return true;
      if (other.size() > text.size()) continue;
      if ((spent += other.size() + (anchor == Anchor::kAnywhere ? text.size() : 0)) > kMaxReferred) return true;
      found = anchor == Anchor::kStart ? text.starts_with(other) : anchor == Anchor::kEnd ? text.ends_with(other) : find_text(text, other) != std::string_view::npos;
      if (found) return true;
    }
    return false;
  });
  return found;
}

bool Matcher::State::searches(const Predicate& predicate) {
  std::size_t seen = 0;  // bytes of the values before
  return any_value(predicate.slot, true, [&](std::string_view text) {
    const bool found = std::any_of(predicate.regexes.begin(), predicate.regexes.end(), [&](const Regex& r) { return seen < r.reach() && r.search(text, r.reach() - seen); });
    seen += std::max(text.size(), kPair);
    return found;
  });
}

bool Matcher::State::evaluate(std::uint32_t number, const Predicate& predicate) {
  const auto any = [](const auto& list, auto test) { return std::any_of(list.begin(), list.end(), test); };
  switch (predicate.kind) {
    case PredicateKind::kExact: return false;  // the table would have told
    case PredicateKind::kLiterals:
      if (predicate.scanned) {
        scan(predicate.slot, predicate.cased);
        return answers[number] == (now << 1 | 1);
      }
      return any_value(predicate.slot, predicate.cased, [&](std::string_view text) { return any(predicate.literals, [&](const Literal& l) { return lies(text, l); }); });
    case PredicateKind::kPattern:
      return any_value(predicate.slot, predicate.cased, [&](std::string_view text) { return any(predicate.patterns, [&](const Pattern& p) { return p.matches(text); }); });
    case PredicateKind::kRegex: return searches(predicate);
    case PredicateKind::kCidr:
      return any_value(predicate.slot, true, [&](std::string_view text) { return any(predicate.atoms, [&](const Atom& a) { return contains(a.network, text); }); });
    case PredicateKind::kCompare:
      return any_value(predicate.slot, true, [&](std::string_view text) { return any(predicate.atoms, [&](const Atom& a) { return compares(a, text); }); });
    case PredicateKind::kFieldRef: return refers(predicate);
    case PredicateKind::kExists: return has(predicate.slot) == predicate.atoms.front().exists;
    case PredicateKind::kNull:
      if (!has(predicate.slot)) return true;
      for (std::uint32_t i = first_of(predicate.slot); i != kNone; i = source(predicate.slot).leaf(i).next)
        if (source(predicate.slot).leaf(i).type == Leaf::Type::kNull) return true;
      return false;
  }
  return false;
}

bool Matcher::State::ask(std::uint32_t number) {
  if (answers[number] >> 1 == now) return (answers[number] & 1) != 0;
  if (ProgramData::in_document(data.predicates[number].slot) && document_of != now) {
    read_document();  // which may answer it
    if (answers[number] >> 1 == now) return true;
  }
  const bool value = evaluate(number, data.predicates[number]);
  know(number, value);
  return value;
}

bool Matcher::State::run(const CompiledRule& rule) {
  std::uint32_t at = rule.entry;
  while (at < Test::kNoMatch) {
    const Test& test = data.tests[at];
    at = ask(test.predicate) ? test.on_true : test.on_false;
  }
  return at == Test::kMatch;
}

Status Matcher::State::read(std::string_view record, EventContext* about) {
  ++now;
  candidates.clear();
  context = about;
  PICKET_TRY(event.read(record));
  if (context != nullptr)
    for (const auto& [index, slot] : data.given)
      if (const auto value = context->given(index)) event.give(slot, *value);
  for (const std::uint32_t slot : event.present()) {
    const Field& field = data.fields[slot];
    look_up(event, field, event.first(slot));
    if (field.folded.eager) scan(slot, false);
    if (field.cased.eager) scan(slot, true);
    for (const std::uint32_t rule : field.watchers) wake(rule);
  }
  if (data.keywords) look_up(event, data.everything, event.first_of_all());
  for (const std::uint32_t rule : data.always) wake(rule);
  return {};
}

Matcher::Matcher(std::shared_ptr<const Program> program) : state_(std::make_unique<State>(std::move(program))) {}
Matcher::~Matcher() = default;
Matcher::Matcher(Matcher&&) noexcept = default;
Matcher& Matcher::operator=(Matcher&&) noexcept = default;

Result<std::span<const Match>> Matcher::match(std::string_view record, EventContext* context) {
  State& s = *state_;
  s.hits.clear();
  s.matches.clear();
  s.captures.clear();
  PICKET_TRY(s.read(record, context));
  for (const std::uint32_t candidate : s.candidates)
    if (s.run(s.data.rules[candidate])) s.hits.emplace_back(s.data.rules[candidate].rule, candidate);
  std::sort(s.hits.begin(), s.hits.end());
  for (const auto& [rule, compiled] : s.hits) {
    s.matches.push_back({rule, static_cast<std::uint32_t>(s.captures.size())});
    for (const std::uint32_t slot : s.data.rules[compiled].captures) s.captures.push_back(s.joined(slot));
  }
  return std::span<const Match>(s.matches);
}

std::span<const std::optional<std::string_view>> Matcher::captures(const Match& match) const {
  const State& s = *state_;
  const auto hit = std::find_if(s.hits.begin(), s.hits.end(), [&](const auto& h) { return h.first == match.rule; });
  const std::size_t count = hit == s.hits.end() ? 0 : s.data.rules[hit->second].captures.size();
  return {s.captures.data() + match.first_capture, count};
}

std::optional<std::string_view> Matcher::field(std::size_t index) {
  return state_->event.joined(state_->data.event_fields[index]);
}

}  // namespace picket::detect
