#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "detect/program.h"
#include "detect/program_data.h"
#include "detect/text.h"

namespace picket::detect {
namespace {

constexpr std::size_t kMaxTests = 200'000;  // of one rule
constexpr std::uint64_t kDocumentCost = 20'000;  // of making it; asked for last
constexpr std::size_t kScanFrom = 6;        // literals of a field from which one pass beats a search for each

/// A rule's tree over predicates, before it is laid out flat.
struct Branch {
  Node::Op op = Node::Op::kItem;
  std::uint32_t predicate = 0;
  std::vector<Branch> children;
  std::uint64_t cost = 0;   ///< of asking, roughly
  std::uint64_t tests = 1;  ///< leaves below
};

std::uint64_t cost_of(const Predicate& predicate) {
  switch (predicate.kind) {
    case PredicateKind::kExact: return 1;
    case PredicateKind::kNull:
    case PredicateKind::kExists: return 2;
    case PredicateKind::kLiterals: return 20;
    case PredicateKind::kCompare:
    case PredicateKind::kCidr: return 40;
    case PredicateKind::kPattern: return 60;
    case PredicateKind::kFieldRef: return 80;
    case PredicateKind::kRegex: return 400;
  }
  return 1;
}

/// Which predicates a rule cannot do without: it can only match when one of them holds (or one of the fields is there).
struct Cover {
  bool possible = false;
  double cost = 0;  ///< share of events expected to wake the rule, roughly
  std::vector<std::uint32_t> predicates;
};

class Compiler {
 public:
  Compiler(const ProgramOptions& options, ProgramData& out) : options_(options), out_(out) {}

  Status add(std::uint32_t index, const RuleSet::Linked& linked) {
    size_ = 0;
    PICKET_ASSIGN(Branch root, branch_of(*linked.rule.root));
    if (root.tests > kMaxTests) return fail(ErrorKind::kTooLarge, fmt::format("The rule's condition stands for more than {} tests.", kMaxTests));
    CompiledRule rule{index, 0, {}};
    for (const std::string& field : linked.captures) rule.captures.push_back(slot_of(field));
    rule.entry = lay_out(root, Test::kMatch, Test::kNoMatch);
    out_.rules.push_back(std::move(rule));
    roots_.push_back(std::move(root));
    return {};
  }

  void finish() {
    for (const std::string& field : options_.event_fields) out_.event_fields.push_back(out_.trie.add(field));
    out_.fields.resize(out_.trie.slots());
    out_.trie.finish();
    out_.document_fields.resize(out_.document.slots());
    out_.document.finish();
    weigh();
    for (std::uint32_t i = 0; i < out_.rules.size(); ++i) watch(i);
    build_fields();
  }

 private:
  std::uint32_t slot_of(const std::string& field) {
    if (field.empty()) return ProgramData::kEverything;
    if (const auto given = std::find(options_.given.begin(), options_.given.end(), field); given != options_.given.end()) {
      const std::pair known(static_cast<std::uint32_t>(given - options_.given.begin()), out_.trie.add(field));
      if (std::find(out_.given.begin(), out_.given.end(), known) == out_.given.end()) out_.given.push_back(known);
      return known.second;
    }
    if (options_.in_document && options_.in_document(field)) return ProgramData::kDocument | out_.document.add(field);
    const auto alias = options_.field_names.find(field);
    return out_.trie.add(alias == options_.field_names.end() ? field : alias->second);
  }

  // --- items become predicates

  Result<Branch> branch_of(const Node& node) {
    if (node.op == Node::Op::kItem) return branch_of(node.item);
    Branch out;
    out.op = node.op;
    out.tests = 0;
    for (const NodePtr& child : node.children) {
      PICKET_ASSIGN(Branch branch, branch_of(*child));
      add_child(out, std::move(branch));
    }
    return finished(std::move(out));
  }

  static void add_child(Branch& to, Branch child) {
    to.cost += child.cost;
    to.tests += child.tests;
    to.children.push_back(std::move(child));
  }

  static Branch finished(Branch out) {
    if (out.children.size() == 1 && out.op != Node::Op::kNot) return std::move(out.children.front());
    // what is cheap to ask may spare what is not
    std::stable_sort(out.children.begin(), out.children.end(), [](const Branch& a, const Branch& b) { return a.cost < b.cost; });
    return out;
  }

  Result<Branch> branch_of(const Item& item) {
    Branch out;
    out.tests = 0;
    out.op = item.all ? Node::Op::kAnd : Node::Op::kOr;
    const std::uint32_t slot = slot_of(item.field);
    if (item.all) {
      for (const auto& value : item.values) {
        PICKET_ASSIGN(Branch branch, any_of(slot, {&value}));
        add_child(out, std::move(branch));
      }
    } else {
      std::vector<const std::vector<Atom>*> values;
      for (const auto& value : item.values) values.push_back(&value);
      PICKET_ASSIGN(Branch branch, any_of(slot, values));
      add_child(out, std::move(branch));
    }
    out = finished(std::move(out));
    if (!item.negated) return out;
    Branch negated;
    negated.op = Node::Op::kNot;
    negated.tests = 0;
    add_child(negated, std::move(out));
    return negated;
  }

  static PredicateKind kind_of(const Atom& atom) {
    switch (atom.kind) {
      case AtomKind::kRegex: return PredicateKind::kRegex;
      case AtomKind::kCidr: return PredicateKind::kCidr;
      case AtomKind::kCompare: return PredicateKind::kCompare;
      case AtomKind::kExists: return PredicateKind::kExists;
      case AtomKind::kNull: return PredicateKind::kNull;
      case AtomKind::kFieldRef: return PredicateKind::kFieldRef;
      case AtomKind::kText: break;
    }
    switch (atom.pattern.shape()) {
      case Pattern::Shape::kExact: return PredicateKind::kExact;
      case Pattern::Shape::kStartsWith:
      case Pattern::Shape::kEndsWith:
      case Pattern::Shape::kContains: return PredicateKind::kLiterals;
      default: return PredicateKind::kPattern;
    }
  }

  /// OR over all atoms: those that one look answers become one predicate.
  Result<Branch> any_of(std::uint32_t slot, const std::vector<const std::vector<Atom>*>& values) {
    std::vector<std::pair<std::tuple<PredicateKind, bool, std::string>, std::vector<const Atom*>>> groups;
    for (const auto* value : values)
      for (const Atom& atom : *value) {
        if (++size_ > kMaxTests) return fail(ErrorKind::kTooLarge, fmt::format("The rule has more than {} values.", kMaxTests));
        const PredicateKind kind = kind_of(atom);
        const bool apart = kind == PredicateKind::kExists || kind == PredicateKind::kFieldRef;
        auto key = std::tuple(kind, atom.cased, apart ? fmt::format("{} {}", atom.exists, atom.text) : std::string());
        const auto same = std::find_if(groups.begin(), groups.end(), [&](const auto& group) { return group.first == key; });
        (same != groups.end() ? same->second : groups.emplace_back(std::move(key), std::vector<const Atom*>{}).second).push_back(&atom);
      }
    Branch out;
    out.op = Node::Op::kOr;
    out.tests = 0;
    for (const auto& [key, atoms] : groups) {
      Branch leaf;
      leaf.predicate = predicate(slot, std::get<0>(key), atoms);
      const Predicate& asked = out_.predicates[leaf.predicate];
      leaf.cost = cost_of(asked) + (ProgramData::in_document(asked.slot) || ProgramData::in_document(asked.other) ? kDocumentCost : 0);
      add_child(out, std::move(leaf));
    }
    return finished(std::move(out));
  }

  static Literal literal_of(const Atom& atom) {
    const Pattern::Shape shape = atom.pattern.shape();
    const Anchor anchor = shape == Pattern::Shape::kStartsWith ? Anchor::kStart : shape == Pattern::Shape::kEndsWith ? Anchor::kEnd : Anchor::kAnywhere;
    return {folded_unless_cased(atom, atom.pattern.text()), anchor};
  }
  static std::string folded_unless_cased(const Atom& atom, std::string_view text) { return atom.cased ? std::string(text) : fold_case(text); }

  /// The number of the predicate; the same for the same question.
  std::uint32_t predicate(std::uint32_t slot, PredicateKind kind, const std::vector<const Atom*>& atoms) {
    std::vector<std::string> parts;
    for (const Atom* atom : atoms) parts.push_back(signature(kind, *atom));
    std::sort(parts.begin(), parts.end());
    parts.erase(std::unique(parts.begin(), parts.end()), parts.end());
    std::string key = fmt::format("{}:{}:{}", slot, static_cast<int>(kind), atoms.front()->cased);
    for (const std::string& part : parts) key += fmt::format(":{}:{}", part.size(), part);
    const auto [row, fresh] = known_.emplace(std::move(key), static_cast<std::uint32_t>(out_.predicates.size()));
    if (fresh) {
      out_.predicates.push_back(build(slot, kind, atoms));
      out_.keywords = out_.keywords || slot == ProgramData::kEverything;
    }
    return row->second;
  }

  static std::string signature(PredicateKind kind, const Atom& atom) {
    std::string out;
    switch (kind) {
      case PredicateKind::kExact: return folded_unless_cased(atom, atom.pattern.text());
      case PredicateKind::kLiterals:
      case PredicateKind::kPattern:
        for (const Pattern::Part& part : atom.pattern.parts())
          out += fmt::format("{}{}:{}", static_cast<int>(part.kind), part.text.size(), folded_unless_cased(atom, part.text));
        return out;
      case PredicateKind::kCidr:
        for (const std::uint8_t byte : atom.network.bytes) out += fmt::format("{:02x}", byte);
        return fmt::format("{}/{}/{}", out, atom.network.prefix, atom.network.v6);
      case PredicateKind::kCompare:
        return fmt::format("{} {} {} {} {}", static_cast<int>(atom.compare), static_cast<int>(atom.part), atom.operand.rounded, atom.operand.whole, atom.operand.magnitude);
      case PredicateKind::kFieldRef: return fmt::format("{} {}", static_cast<int>(atom.anchor), atom.text);
      case PredicateKind::kRegex: return atom.text;
      case PredicateKind::kExists: return atom.exists ? "there" : "absent";
      case PredicateKind::kNull: break;
    }
    return out;
  }

  Predicate build(std::uint32_t slot, PredicateKind kind, const std::vector<const Atom*>& atoms) {
    Predicate out;
    out.slot = slot;
    out.kind = kind;
    out.cased = atoms.front()->cased;
    for (const Atom* atom : atoms) {
      switch (kind) {
        case PredicateKind::kExact: out.texts.push_back(folded_unless_cased(*atom, atom->pattern.text())); break;
        case PredicateKind::kLiterals: out.literals.push_back(literal_of(*atom)); break;
        case PredicateKind::kPattern: out.patterns.push_back(atom->cased ? atom->pattern : atom->pattern.folded()); break;
        case PredicateKind::kRegex: out.regexes.emplace_back(atom->text); break;
        default: out.atoms.push_back(*atom);
      }
    }
    if (kind == PredicateKind::kFieldRef) out.other = slot_of(atoms.front()->text);
    return out;
  }

  // --- conditions become tests

  /// Lays the tests out backwards, so that where to go next is known. Gives the first one.
  std::uint32_t lay_out(const Branch& branch, std::uint32_t on_true, std::uint32_t on_false) {
    switch (branch.op) {
      case Node::Op::kItem:
        out_.tests.push_back({branch.predicate, on_true, on_false});
        return static_cast<std::uint32_t>(out_.tests.size() - 1);
      case Node::Op::kNot: return lay_out(branch.children.front(), on_false, on_true);
      case Node::Op::kAnd:
        for (std::size_t i = branch.children.size(); i-- > 0;) on_true = lay_out(branch.children[i], on_true, on_false);
        return on_true;
      case Node::Op::kOr:
        for (std::size_t i = branch.children.size(); i-- > 0;) on_false = lay_out(branch.children[i], on_true, on_false);
        return on_false;
    }
    return on_false;
  }

  // --- which predicates wake a rule

  /// How many predicates ask for each text of a field, and how many texts each field is asked for: a text that few rules want,
  /// of a field with many, is rare.
  void weigh() {
    std::vector<std::uint64_t> uses(out_.predicates.size());
    for (const Branch& root : roots_) count_uses(root, uses);
    for (std::size_t i = 0; i < out_.predicates.size(); ++i)
      for (const std::string& text : out_.predicates[i].texts) {
        const std::string key = text_key(out_.predicates[i], text);
        if (text_uses_.emplace(key, 0).second) ++distinct_[out_.predicates[i].slot];
        text_uses_[key] += uses[i];
      }
  }
  static std::string text_key(const Predicate& predicate, std::string_view text) { return fmt::format("{}:{}", predicate.slot, text); }
  static void count_uses(const Branch& branch, std::vector<std::uint64_t>& uses) {
    if (branch.op == Node::Op::kItem) ++uses[branch.predicate];
    for (const Branch& child : branch.children) count_uses(child, uses);
  }

  Cover cover_of(const Branch& branch, bool negated) const {
    Cover out;
    if (branch.op == Node::Op::kNot) return cover_of(branch.children.front(), !negated);
    if (branch.op == Node::Op::kItem) {
      const Predicate& predicate = out_.predicates[branch.predicate];
      // a keyword looks at everything, and these two hold for fields that are not there
      const bool absent = predicate.kind == PredicateKind::kNull || (predicate.kind == PredicateKind::kExists && !predicate.atoms.front().exists);
      if (negated || absent || predicate.slot == ProgramData::kEverything) return out;
      // the document is not there yet when rules are woken
      if (ProgramData::in_document(predicate.slot) || ProgramData::in_document(predicate.other)) return out;
      out.possible = true;
      out.predicates = {branch.predicate};
      out.cost = 1;
      if (predicate.kind == PredicateKind::kExact) {
        out.cost = 0;
        for (const std::string& text : predicate.texts)
          out.cost += static_cast<double>(text_uses_.at(text_key(predicate, text))) / static_cast<double>(distinct_.at(predicate.slot));
      } else if (predicate.kind == PredicateKind::kLiterals) {
        out.cost = 0.5;
      }
      return out;
    }
    const bool all = (branch.op == Node::Op::kAnd) != negated;
    for (std::size_t i = 0; i < branch.children.size(); ++i) {
      Cover child = cover_of(branch.children[i], negated);
      if (!all && !child.possible) return {};
      if (all) {
        if (child.possible && (!out.possible || child.cost < out.cost)) out = std::move(child);
      } else {
        out.possible = true;
        out.cost += child.cost;
        out.predicates.insert(out.predicates.end(), child.predicates.begin(), child.predicates.end());
      }
    }
    return out;
  }

  void watch(std::uint32_t rule) {
    const Cover cover = cover_of(roots_[rule], false);
    if (!cover.possible) {
      out_.always.push_back(rule);
      return;
    }
    for (const std::uint32_t number : cover.predicates) {
      Predicate& predicate = out_.predicates[number];
      const bool told = predicate.kind == PredicateKind::kExact || predicate.kind == PredicateKind::kLiterals;
      auto& watchers = told ? predicate.watchers : out_.field(predicate.slot).watchers;
      if (watchers.empty() || watchers.back() != rule) watchers.push_back(rule);
    }
  }

  void build_fields() {
    std::unordered_map<std::uint64_t, std::size_t> literals;  // by slot and view
    const auto key = [](const Predicate& p) { return static_cast<std::uint64_t>(p.slot) << 1 | static_cast<std::uint64_t>(p.cased); };
    for (const Predicate& predicate : out_.predicates) literals[key(predicate)] += predicate.literals.size();
    for (std::uint32_t i = 0; i < out_.predicates.size(); ++i) {
      Predicate& predicate = out_.predicates[i];
      Field& field = out_.field(predicate.slot);
      FieldView& view = predicate.cased ? field.cased : field.folded;
      for (const std::string& text : predicate.texts) view.exact.add(text, i);
      if (predicate.kind != PredicateKind::kLiterals) continue;
      view.eager = view.eager || !predicate.watchers.empty();
      predicate.scanned = literals[key(predicate)] >= kScanFrom || !predicate.watchers.empty();
      if (!predicate.scanned) continue;
      for (const Literal& literal : predicate.literals) {
        view.finder.add(literal.text, static_cast<std::uint32_t>(view.scanned.size()));
        view.scanned.push_back({i, static_cast<std::uint32_t>(literal.text.size()), literal.anchor});
      }
    }
    const auto finish = [](Field& field) {
      for (FieldView* view : {&field.folded, &field.cased}) {
        view->exact.finish();
        if (!view->finder.empty()) view->finder.finish();
      }
    };
    for (auto* fields : {&out_.fields, &out_.document_fields})
      for (Field& field : *fields) finish(field);
    finish(out_.everything);
  }

  const ProgramOptions& options_;
  ProgramData& out_;
  std::size_t size_ = 0;
  std::unordered_map<std::string, std::uint32_t> known_;
  std::vector<Branch> roots_;
  std::unordered_map<std::string, std::uint64_t> text_uses_;
  std::unordered_map<std::uint32_t, std::uint64_t> distinct_;
};

}  // namespace

std::shared_ptr<const Program> Program::compile(const RuleSet& rules, const ProgramOptions& options, std::vector<Problem>& problems) {
  auto data = std::make_unique<ProgramData>();
  Compiler compiler(options, *data);
  for (std::uint32_t i = 0; i < rules.rules().size(); ++i) {
    const RuleSet::Linked& linked = rules.rules()[i];
    if (linked.rule.is_correlation()) continue;
    if (options.only && std::find(options.only->begin(), options.only->end(), i) == options.only->end()) continue;
    if (options.source && linked.rule.logsource && !linked.rule.logsource->covers(*options.source)) continue;
    const Status added = compiler.add(i, linked);
    if (added) continue;
    Problem problem{Problem::Severity::kError, linked.rule.file, linked.rule.title, added.error()};
    problem.error.place = linked.rule.place;
    problems.push_back(std::move(problem));
  }
  compiler.finish();
  return std::make_shared<const Program>(std::move(data));
}

Program::Program(std::unique_ptr<ProgramData> data) : data_(std::move(data)) {}
Program::~Program() = default;

std::size_t Program::size() const {
  return data_->rules.size();
}

std::vector<std::uint32_t> Program::rules() const {
  std::vector<std::uint32_t> out;
  for (const CompiledRule& rule : data_->rules) out.push_back(rule.rule);
  return out;
}

bool Program::asks_context() const { return !data_->given.empty() || data_->document.slots() > 0; }

}  // namespace picket::detect
