#include "detect/condition.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "detect/notes.h"

namespace picket::detect {
namespace {

constexpr std::size_t kMaxText = 64 * 1024;
constexpr int kMaxDepth = 64;

struct Token {
  std::string_view text;  ///< empty at the end
  TextPlace place;
};

/// Words and parentheses; a word ends at white space or a parenthesis and nowhere else, so `android` is one word.
std::vector<Token> tokenise(std::string_view text, TextPlace place) {
  std::vector<Token> out;
  std::size_t start = 0;
  TextPlace word = place;
  const auto flush = [&](std::size_t end) {
    if (end > start) out.push_back({text.substr(start, end - start), word});
  };
  TextPlace here = place;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool space = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (space || c == '(' || c == ')') {
      flush(i);
      if (!space) out.push_back({text.substr(i, 1), here});
      start = i + 1;
    } else if (i == start) {
      word = here;
    }
    if (c == '\n') {
      here = {here.line + 1, 1};
    } else if ((static_cast<unsigned char>(c) & 0xc0) != 0x80) {
      ++here.column;
    }
  }
  flush(text.size());
  out.push_back({{}, here});
  return out;
}

/// `*` is any run of characters; the whole name must match.
bool name_matches(std::string_view pattern, std::string_view name) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == name;
  if (!name.starts_with(pattern.substr(0, star))) return false;
  pattern.remove_prefix(star + 1);
  name.remove_prefix(star);
  if (pattern.find('*') == std::string_view::npos) return name.ends_with(pattern) && name.size() >= pattern.size();
  for (std::size_t i = 0; i <= name.size(); ++i)
    if (name_matches(pattern, name.substr(i))) return true;
  return false;
}

/// The grammar, for any kind of tree. `Builder` gives what a name and `x of y` mean.
template <typename Tree, typename Builder>
class Parser {
 public:
  Parser(std::vector<Token> tokens, Builder& builder) : tokens_(std::move(tokens)), builder_(builder) {}

  Result<Tree> parse() {
    PICKET_ASSIGN(Tree tree, any_of(0));
    if (!at_end()) return fail_at(peek().place, fmt::format("\"{}\" is not expected here; and, or, or the end is.", peek().text));
    return tree;
  }

 private:
  const Token& peek() const { return tokens_[next_]; }
  bool at_end() const { return peek().text.empty(); }
  bool take(std::string_view lower, std::string_view upper) {
    if (peek().text != lower && (peek().text != upper || builder_.is_name(upper))) return false;
    ++next_;
    return true;
  }

  Result<Tree> any_of(int depth) {
    std::vector<Tree> parts;
    do {
      PICKET_ASSIGN(Tree part, all_of(depth));
      parts.push_back(std::move(part));
    } while (take("or", "OR"));
    return builder_.join(Node::Op::kOr, std::move(parts));
  }

  Result<Tree> all_of(int depth) {
    std::vector<Tree> parts;
    do {
      PICKET_ASSIGN(Tree part, unary(depth));
      parts.push_back(std::move(part));
    } while (take("and", "AND"));
    return builder_.join(Node::Op::kAnd, std::move(parts));
  }

  Result<Tree> unary(int depth) {
    const Token token = peek();
    if (depth > kMaxDepth) return fail_at(token.place, "The condition is nested deeper than 64 levels.");
    if (token.text.empty()) return fail_at(token.place, "The condition ends where a name is expected.");
    if (take("not", "NOT")) {
      PICKET_ASSIGN(Tree inner, unary(depth + 1));
      return builder_.negate(std::move(inner));
    }
    ++next_;
    if (token.text == "(") {
      PICKET_ASSIGN(Tree inner, any_of(depth + 1));
      if (peek().text != ")") return fail_at(peek().place, "A closing parenthesis is missing.");
      ++next_;
      return inner;
    }
    if (token.text == ")" || token.text == "and" || token.text == "or")
      return fail_at(token.place, fmt::format("\"{}\" is not expected here; a name is.", token.text));
    if (token.text.find('|') != std::string_view::npos)
      return fail_at(token.place, "Aggregations behind a bar were removed from Sigma; write a correlation rule.");
    if (peek().text == "of" && !builder_.is_name(token.text)) return quantified(token);
    return builder_.name(token);
  }

  Result<Tree> quantified(const Token& quantity) {
    ++next_;
    const Token target = peek();
    const bool all = quantity.text == "all";
    if (!all && quantity.text != "1" && quantity.text != "any")
      return fail_at(quantity.place, fmt::format("\"{} of\" is not possible; 1 of, any of and all of are.", quantity.text));
    if (target.text.empty() || target.text == "(" || target.text == ")")
      return fail_at(target.place, "Behind \"of\" a name with * or \"them\" is expected.");
    ++next_;
    return builder_.quantified(all, target);
  }

  std::vector<Token> tokens_;
  Builder& builder_;
  std::size_t next_ = 0;
};

class SearchBuilder {
 public:
  explicit SearchBuilder(std::vector<Search>& searches) : searches_(searches) {}

  bool is_name(std::string_view text) const {
    return std::any_of(searches_.begin(), searches_.end(), [&](const Search& s) { return s.name == text; });
  }
  NodePtr join(Node::Op op, std::vector<NodePtr> parts) { return make_node(op, std::move(parts)); }
  NodePtr negate(NodePtr inner) { return make_node(Node::Op::kNot, {std::move(inner)}); }

  Result<NodePtr> name(const Token& token) {
    for (Search& search : searches_)
      if (search.name == token.text) {
        search.used = true;
        return search.node;
      }
    return fail_at(token.place, fmt::format("The condition names \"{}\", which the detection does not define.", token.text));
  }

  Result<NodePtr> quantified(bool all, const Token& target) {
    const bool them = target.text == "them";
    std::vector<NodePtr> found;
    for (Search& search : searches_) {
      const bool hidden = search.name.starts_with('_') && !target.text.starts_with('_');
      if (hidden || (!them && !name_matches(target.text, search.name))) continue;
      search.used = true;
      found.push_back(search.node);
    }
    if (found.empty()) return fail_at(target.place, fmt::format("No name in the detection fits \"{}\".", target.text));
    return make_node(all ? Node::Op::kAnd : Node::Op::kOr, std::move(found));
  }

 private:
  std::vector<Search>& searches_;
};

class ExpressionBuilder {
 public:
  using Find = std::function<std::optional<std::size_t>(std::string_view)>;
  explicit ExpressionBuilder(const Find& find) : find_(find) {}

  bool is_name(std::string_view text) const { return find_(text).has_value(); }
  RuleExpression join(Node::Op op, std::vector<RuleExpression> parts) {
    if (parts.size() == 1) return std::move(parts.front());
    RuleExpression out;
    out.op = op;
    out.children = std::move(parts);
    return out;
  }
  RuleExpression negate(RuleExpression inner) {
    RuleExpression out;
    out.op = Node::Op::kNot;
    out.children.push_back(std::move(inner));
    return out;
  }
  Result<RuleExpression> name(const Token& token) {
    const auto index = find_(token.text);
    if (!index) return fail_at(token.place, fmt::format("The condition names \"{}\", which is none of the correlation's rules.", token.text));
    RuleExpression out;
    out.rule = *index;
    return out;
  }
  Result<RuleExpression> quantified(bool, const Token& target) {
    return fail_at(target.place, "\"of\" is not possible in the condition of a correlation; name the rules.");
  }

 private:
  const Find& find_;
};

Status check_length(std::string_view text, TextPlace place) {
  if (text.size() > kMaxText) return fail_at(place, "The condition is longer than 64 KiB.");
  return {};
}

}  // namespace

Result<NodePtr> read_condition(std::string_view text, TextPlace place, std::vector<Search>& searches) {
  PICKET_TRY(check_length(text, place));
  SearchBuilder builder(searches);
  return Parser<NodePtr, SearchBuilder>(tokenise(text, place), builder).parse();
}

Result<RuleExpression> read_rule_expression(std::string_view text, TextPlace place, const ExpressionBuilder::Find& find) {
  PICKET_TRY(check_length(text, place));
  ExpressionBuilder builder(find);
  return Parser<RuleExpression, ExpressionBuilder>(tokenise(text, place), builder).parse();
}

}  // namespace picket::detect
