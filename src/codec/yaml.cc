#include "codec/yaml.h"

#include <fmt/format.h>
#include <simdjson.h>
#include <yaml.h>

#include <algorithm>
#include <memory>
#include <set>
#include <unordered_set>

#include "codec/utf8.h"

namespace picket::codec {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

template <typename Allowed>
bool all_of(std::string_view text, Allowed allowed) {
  return !text.empty() && std::all_of(text.begin(), text.end(), allowed);
}

std::string_view without_sign(std::string_view text) {
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  return text;
}

bool is_integer(std::string_view text) {
  if (text.starts_with("0o")) return all_of(text.substr(2), [](char c) { return c >= '0' && c <= '7'; });
  if (text.starts_with("0x"))
    return all_of(text.substr(2), [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); });
  return all_of(without_sign(text), is_digit);
}

bool is_float(std::string_view text) {
  if (text == ".nan" || text == ".NaN" || text == ".NAN") return true;
  text = without_sign(text);
  if (text == ".inf" || text == ".Inf" || text == ".INF") return true;
  std::size_t digits = 0;
  const auto take_digits = [&] {
    while (!text.empty() && is_digit(text.front())) {
      text.remove_prefix(1);
      ++digits;
    }
  };
  take_digits();
  if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    take_digits();
  }
  if (digits == 0) return false;
  if (text.empty()) return true;
  if (text.front() != 'e' && text.front() != 'E') return false;
  return all_of(without_sign(text.substr(1)), is_digit);
}

YamlType plain_type(std::string_view text) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return YamlType::kNull;
  if (text == "true" || text == "True" || text == "TRUE" || text == "false" || text == "False" || text == "FALSE")
    return YamlType::kBool;
  if (is_integer(text)) return YamlType::kInteger;
  if (is_float(text)) return YamlType::kFloat;
  return YamlType::kString;
}

Error error_at(ErrorKind kind, TextPlace place, std::string message) {
  Error error(kind, std::move(message));
  error.place = place;
  return error;
}

/// One document from libyaml's events. libyaml (0.2.5, bounded memory, no recursion) reads the grammar; the tree, the
/// types and all limits are ours. Marks of libyaml count lines and code points from 0.
class DocumentReader {
 public:
  DocumentReader(std::string_view text, int first_line, const YamlLimits& limits) : text_(text), first_line_(first_line), limits_(limits) {
    if (yaml_parser_initialize(&parser_) == 0) throw std::bad_alloc();
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  }
  ~DocumentReader() { yaml_parser_delete(&parser_); }
  DocumentReader(const DocumentReader&) = delete;
  DocumentReader& operator=(const DocumentReader&) = delete;

  /// Appends every document of the text (`...` may end one and let another follow); stops at the first error.
  void read_all(std::vector<Result<YamlNode>>& out) {
    bool more = true;
    while (more) {
      yaml_event_t event;
      if (yaml_parser_parse(&parser_, &event) == 0) {
        out.push_back(fail(parser_error()));
        return;
      }
      const std::unique_ptr<yaml_event_t, void (*)(yaml_event_t*)> owner(&event, yaml_event_delete);
      more = event.type != YAML_STREAM_END_EVENT;
      if (const Status done = take(event, out); !done) {
        out.push_back(tl::unexpected(done.error()));
        return;
      }
    }
  }

 private:
  struct Level {
    YamlNode node;
    std::unordered_set<std::string> seen;  ///< keys of a map so far
    std::unique_ptr<YamlKey> key;          ///< of the value that comes next
  };

  TextPlace place(const yaml_mark_t& mark) const {
    return {first_line_ + static_cast<int>(mark.line), 1 + static_cast<int>(mark.column)};
  }

  TextPlace place(std::size_t offset) const {
    TextPlace out = place_of(text_, offset);
    out.line += first_line_ - 1;
    return out;
  }

  /// The mistake is where something was opened; the parser stumbles only where it does not go on, lines below.
  std::optional<Error> never_closed() const {
    const std::string_view context = parser_.context == nullptr ? "" : parser_.context;
    const bool list = context == "while parsing a flow sequence", map = context == "while parsing a flow mapping";
    const TextPlace began = place(parser_.context_mark), stumbled = place(parser_.problem_mark);
    if (context == "while scanning a quoted scalar")
      return error_at(ErrorKind::kInvalidInput, began, "This is not YAML: the text opened with a quotation mark here is not closed.");
    if (!list && !map) return std::nullopt;
    const std::string_view open = list ? "[" : "{", close = list ? "]" : "}", what = list ? "list" : "map";
    if (stumbled.line == began.line)
      return error_at(ErrorKind::kInvalidInput, stumbled, fmt::format("This is not YAML: the {} opened with {} needs a comma or {} here.", what, open, close));
    return error_at(ErrorKind::kInvalidInput, began,
                    fmt::format("This is not YAML: the {} opened with {} here is not closed, or lacks a comma before line {}.", what, open, stumbled.line));
  }

  /// The slips that people make, for people who do not know the parser's words.
  std::optional<Error> in_plain_words(std::string_view problem) const {
    struct Slip {
      std::string_view context, problem;  ///< as libyaml says; an empty one: any
      bool where_it_began;                ///< the mistake, not where the parser stumbled
      std::string_view sentence;
    };
    static constexpr Slip kSlips[] = {
        {"while scanning an alias", "", true, "a value that begins with * needs quotation marks."},
        {"while scanning a simple key", "could not find expected ':'", true, "this line has no colon after its key."},
        {"while parsing a block mapping", "did not find expected key", false,
         "this does not belong to what stands above it. Look at the indentation, and at quotation marks before it."},
        {"while parsing a block collection", "", false, "the list above goes on only with lines that begin with \"-\". Look at the indentation."},
        {"", "mapping values are not allowed in this context", false,
         "a colon does not belong here. A value with a colon in it needs quotation marks; a key stands below the key before it."},
        {"", "found character that cannot start any token", false,
         "no value can begin with this character. Put the value into quotation marks; indent with spaces, not with tabs."},
        {"", "found unknown escape character", false, "there is no such character with a backslash. In single quotation marks a backslash is one."},
    };
    const std::string_view context = parser_.context == nullptr ? "" : parser_.context;
    for (const Slip& slip : kSlips)
      if ((slip.context.empty() || slip.context == context) && (slip.problem.empty() || slip.problem == problem))
        return error_at(ErrorKind::kInvalidInput, place(slip.where_it_began ? parser_.context_mark : parser_.problem_mark),
                        fmt::format("This is not YAML: {}", slip.sentence));
    return std::nullopt;
  }

  Error parser_error() const {
    if (parser_.error == YAML_MEMORY_ERROR) throw std::bad_alloc();
    const std::string problem = parser_.problem == nullptr ? "it cannot be read" : parser_.problem;
    if (parser_.error == YAML_READER_ERROR)
      return error_at(ErrorKind::kInvalidInput, place(parser_.problem_offset), fmt::format("This is not YAML: {}.", problem));
    if (const auto unclosed = never_closed()) return *unclosed;
    if (const auto plain = in_plain_words(problem)) return *plain;
    std::string context = parser_.context == nullptr ? "" : fmt::format(" ({})", parser_.context);
    return error_at(ErrorKind::kInvalidInput, place(parser_.problem_mark), fmt::format("This is not YAML: {}{}.", problem, context));
  }

  Status take(const yaml_event_t& event, std::vector<Result<YamlNode>>& out) {
    const TextPlace at = place(event.start_mark);
    switch (event.type) {
      case YAML_DOCUMENT_START_EVENT:
        nodes_ = 0;
        return {};
      case YAML_ALIAS_EVENT:
        return fail(error_at(ErrorKind::kInvalidInput, at, "An alias (*name) is not allowed here; write the value out."));
      case YAML_SCALAR_EVENT: {
        PICKET_ASSIGN(YamlNode node, scalar(event, at));
        return add(std::move(node), out);
      }
      case YAML_SEQUENCE_START_EVENT:
        PICKET_TRY(check_marks(event.data.sequence_start.anchor, event.data.sequence_start.tag, "tag:yaml.org,2002:seq", at));
        return open(YamlType::kSequence, at);
      case YAML_MAPPING_START_EVENT:
        PICKET_TRY(check_marks(event.data.mapping_start.anchor, event.data.mapping_start.tag, "tag:yaml.org,2002:map", at));
        return open(YamlType::kMap, at);
      case YAML_SEQUENCE_END_EVENT:
      case YAML_MAPPING_END_EVENT: {
        YamlNode node = std::move(levels_.back().node);
        levels_.pop_back();
        return add(std::move(node), out);
      }
      default:
        return {};
    }
  }

  static Status check_marks(const yaml_char_t* anchor, const yaml_char_t* tag, std::string_view allowed, TextPlace at) {
    if (anchor != nullptr)
      return fail(error_at(ErrorKind::kInvalidInput, at, "An anchor (&name) is not allowed here; aliases are not supported."));
    if (tag != nullptr && reinterpret_cast<const char*>(tag) != allowed && std::string_view(reinterpret_cast<const char*>(tag)) != "!")
      return fail(error_at(ErrorKind::kInvalidInput, at, "A tag other than !!str is not supported; remove it."));
    return {};
  }

  static Result<YamlNode> scalar(const yaml_event_t& event, TextPlace at) {
    const auto& data = event.data.scalar;
    PICKET_TRY(check_marks(data.anchor, data.tag, "tag:yaml.org,2002:str", at));
    YamlNode node;
    node.place = at;
    node.text.assign(reinterpret_cast<const char*>(data.value), data.length);
    node.plain = data.style == YAML_PLAIN_SCALAR_STYLE && data.tag == nullptr;
    node.type = node.plain ? plain_type(node.text) : YamlType::kString;
    return node;
  }

  Status count(TextPlace at) {
    if (++nodes_ > limits_.max_nodes)
      return fail(error_at(ErrorKind::kTooLarge, at, fmt::format("The document has more than {} values.", limits_.max_nodes)));
    return {};
  }

  Status open(YamlType type, TextPlace at) {
    PICKET_TRY(count(at));
    if (levels_.size() >= limits_.max_depth)
      return fail(error_at(ErrorKind::kTooLarge, at, fmt::format("The document is nested deeper than {} levels.", limits_.max_depth)));
    if (!levels_.empty() && levels_.back().node.is_map() && levels_.back().key == nullptr)
      return fail(error_at(ErrorKind::kInvalidInput, at, "The key of a map must be plain text, not a list or a map."));
    levels_.emplace_back();
    levels_.back().node.type = type;
    levels_.back().node.place = at;
    return {};
  }

  /// A finished node: the document, an element, a key, or the value of the key before.
  Status add(YamlNode node, std::vector<Result<YamlNode>>& out) {
    if (node.is_scalar()) PICKET_TRY(count(node.place));
    if (levels_.empty()) {
      out.push_back(std::move(node));
      return {};
    }
    Level& level = levels_.back();
    if (level.node.is_map() && level.key == nullptr) {
      if (!level.seen.insert(node.text).second)
        return fail(error_at(ErrorKind::kInvalidInput, node.place,
                             fmt::format("The key \"{}\" comes twice in one map; only one of them could count.", node.text)));
      level.key = std::make_unique<YamlKey>(YamlKey{std::move(node.text), node.place});
      return {};
    }
    if (level.node.is_map()) level.node.keys.push_back(std::move(*level.key));
    level.key.reset();
    level.node.items.push_back(std::move(node));
    return {};
  }

  yaml_parser_t parser_;
  const std::string_view text_;
  const int first_line_;
  const YamlLimits& limits_;
  std::size_t nodes_ = 0;
  std::vector<Level> levels_;
};

struct Piece {
  std::string_view text;
  int first_line;
};

/// Cuts at each line that begins a document. YAML forbids `---` at the start of a line inside any scalar, so this is
/// what a parser would do as well; a piece that begins with directives keeps its marker.
std::vector<Piece> cut_documents(std::string_view text) {
  std::vector<Piece> pieces;
  std::size_t start = 0, position = 0;
  int line = 1, first_line = 1;
  bool only_directives = true;  // and comments: then the marker belongs to this piece
  while (position < text.size()) {
    std::size_t end = text.find('\n', position);
    end = end == std::string_view::npos ? text.size() : end + 1;
    const std::string_view row = text.substr(position, end - position);
    const bool marker = row.starts_with("---") && (row.size() == 3 || row[3] == ' ' || row[3] == '\n' || row[3] == '\r' || row[3] == '\t');
    if (marker && !only_directives) {
      pieces.push_back({text.substr(start, position - start), first_line});
      start = position;
      first_line = line;
    }
    const std::size_t first = row.find_first_not_of(" \t\r\n");
    if (marker || (first != std::string_view::npos && row[first] != '#' && row[0] != '%')) only_directives = false;
    position = end;
    ++line;
  }
  if (!only_directives) pieces.push_back({text.substr(start), first_line});
  return pieces;
}

/// Nothing but markers and comments: `---` at the end of a file opens no document worth a complaint.
bool is_blank(const YamlNode& node) {
  return node.type == YamlType::kNull && node.plain && node.text.empty();
}

}  // namespace

const YamlNode* YamlNode::find(std::string_view key) const {
  for (std::size_t i = 0; i < keys.size(); ++i)
    if (keys[i].text == key) return &items[i];
  return nullptr;
}

std::vector<Result<YamlNode>> parse_yaml(std::string_view text, const YamlLimits& limits) {
  std::vector<Result<YamlNode>> out;
  if (text.size() > limits.max_bytes) {
    out.push_back(fail(error_at(ErrorKind::kTooLarge, {1, 1},
                                fmt::format("The text is {} bytes long; at most {} are allowed.", text.size(), limits.max_bytes))));
    return out;
  }
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  if (!simdjson::validate_utf8(text.data(), text.size())) {
    std::size_t at = 0;
    while (at < text.size() && utf8_length(text.substr(at)) != 0) at += utf8_length(text.substr(at));
    out.push_back(fail(error_at(ErrorKind::kInvalidInput, place_of(text, at), "This byte is not UTF-8; save the text as UTF-8.")));
    return out;
  }
  for (const Piece& piece : cut_documents(text)) {
    DocumentReader reader(piece.text, piece.first_line, limits);
    reader.read_all(out);
  }
  std::erase_if(out, [](const Result<YamlNode>& document) { return document && is_blank(*document); });
  return out;
}

}  // namespace picket::codec
