#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace picket::detect {

/// A text with wildcards, as Sigma writes it: `*` is any run of characters, `?` exactly one, both over line ends too. Kept as
/// parts, so that nothing is ever escaped and read again. Value type.
class Pattern {
 public:
  enum class Kind : std::uint8_t { kLiteral, kAny, kOne };
  struct Part {
    Kind kind;
    std::string text;  ///< of a literal, never empty
    bool operator==(const Part&) const = default;
  };
  /// What a pattern asks of a text, when it is one of the shapes that need no general matching.
  enum class Shape { kExact, kPresent, kStartsWith, kEndsWith, kContains, kGeneral };

  /// Reads Sigma's escapes: a backslash before `*`, `?` or a backslash makes that literal, before anything else it is itself.
  static Pattern parse(std::string_view written);
  static Pattern literal(std::string_view text);

  const std::vector<Part>& parts() const { return parts_; }
  bool has_wildcards() const;
  Shape shape() const;
  /// The one literal of a pattern that is not kGeneral; empty for kPresent and for the empty text.
  std::string_view text() const;

  void append_literal(std::string_view text);
  void append_any();
  void append_one();
  void prepend_any();
  /// Calls `change` with the text of each literal.
  template <typename Change>
  void change_literals(Change change) {
    for (Part& part : parts_)
      if (part.kind == Kind::kLiteral) change(part.text);
  }
  Pattern folded() const;

  /// Whether the whole text matches. A folded pattern wants a folded text. Time: text × longest piece between two stars.
  bool matches(std::string_view text) const;

  bool operator==(const Pattern&) const = default;

 private:
  std::vector<Part> parts_;
};

}  // namespace picket::detect
