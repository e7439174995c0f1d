#include "api/query.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/strings.h"

namespace picket::api {
namespace {

constexpr std::string_view kNullSign = "\xE2\x90\x80";  // U+2400

/// "filter[a][b]" taken apart into its family and the names between brackets; nothing when malformed.
struct Name {
  std::string_view family;
  std::vector<std::string> parts;
};

std::optional<Name> take_apart(std::string_view text) {
  const auto open = text.find('[');
  Name name{text.substr(0, open), {}};
  if (open == std::string_view::npos) return name;
  text.remove_prefix(open);
  while (!text.empty()) {
    const auto close = text.find(']');
    if (text.front() != '[' || close == std::string_view::npos || close == 1) return std::nullopt;
    name.parts.emplace_back(text.substr(1, close - 1));
    text.remove_prefix(close + 1);
  }
  return name;
}

void read_operator(std::string_view text, FilterTerm& term) {
  term.literal = std::string(text);
  if (text.starts_with(kNullSign)) {
    const auto word = text.substr(kNullSign.size());
    if (word == "true" || word == "false") {
      term.op = word == "true" ? Operator::kIsNull : Operator::kNotNull;
      return;
    }
  }
  term.op = Operator::kEqual;
  if (!text.empty()) {
    switch (text.front()) {
      case '!':
        term.op = Operator::kNotEqual;
        break;
      case ':':
        term.op = Operator::kContains;
        break;
      case '^':
        term.op = Operator::kStartsWith;
        break;
      case '<':
        term.op = Operator::kLess;
        break;
      case '>':
        term.op = text.substr(1, 1) == "=" ? Operator::kGreaterOrEqual : Operator::kGreater;
        break;
      default:
        break;
    }
    if (term.op == Operator::kGreaterOrEqual)
      text.remove_prefix(2);
    else if (term.op != Operator::kEqual)
      text.remove_prefix(1);
  }
  term.value = std::string(text);
}

/// Pieces between commas, empty ones left out.
std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto end = std::min(text.find(separator), text.size());
    if (const auto piece = trim(text.substr(0, end)); !piece.empty()) out.emplace_back(piece);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

Answer<std::size_t> read_number(const std::string& parameter, std::string_view text) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number > 1'000'000'000)
    return refuse_parameter(parameter, fmt::format("{} must be a whole number from 0.", parameter));
  return number;
}

Answer<void> read_page(const Name& name, const std::string& parameter, const std::string& value,
                       std::size_t max_limit, Query& out) {
  if (name.parts.size() != 1)
    return refuse_parameter(parameter, "Paging knows page[limit], page[offset] and page[after].");
  if (name.parts[0] == "after") {
    out.after = value;
  } else if (name.parts[0] == "limit") {
    API_ASSIGN(const std::size_t limit, read_number(parameter, value));
    if (limit > max_limit)
      return refuse_parameter(parameter, fmt::format("page[limit] may be at most {}.", max_limit));
    out.limit = limit;
  } else if (name.parts[0] == "offset") {
    API_ASSIGN(out.offset, read_number(parameter, value));
  } else {
    return refuse_parameter(parameter, "Paging knows page[limit], page[offset] and page[after].");
  }
  return {};
}

void read_sort(std::string_view text, Query& out) {
  // `+` not percent-encoded arrives as a space; both mean ascending
  while (!text.empty()) {
    const auto end = std::min(text.find(','), text.size());
    auto piece = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    SortTerm term;
    if (!piece.empty() && piece.front() == '-') {
      term.descending = true;
      piece.remove_prefix(1);
    } else if (!piece.empty() && piece.front() == '+') {
      piece.remove_prefix(1);
    }
    term.field = std::string(trim(piece));
    if (!term.field.empty()) out.sort.push_back(std::move(term));
  }
}

Answer<void> read_filter(Name name, const std::string& parameter, const std::string& value,
                         std::size_t max_filters, Query& out) {
  if (name.parts.empty() || name.parts.size() > 4)
    return refuse_parameter(parameter,
                            "A filter is written filter[field]=value or filter[relationship][field]=value.");
  if (out.filters.size() == max_filters)
    return refuse_parameter(parameter, fmt::format("A request may carry at most {} filters.", max_filters));
  FilterTerm term;
  term.path = std::move(name.parts);
  term.parameter = parameter;
  read_operator(value, term);
  out.filters.push_back(std::move(term));
  return {};
}

}  // namespace

bool Query::flag(const std::string& name, bool otherwise) const {
  const auto found = flags.find(name);
  return found == flags.end() ? otherwise
                              : !equals_ignoring_case(found->second, "false") && found->second != "0";
}

bool Query::filters_on(std::string_view name) const {
  return std::any_of(filters.begin(), filters.end(),
                     [&](const FilterTerm& term) { return term.path.front() == name; });
}

std::optional<std::string> Query::equal_to(const std::vector<std::string>& path) const {
  const FilterTerm* found = nullptr;
  for (const auto& term : filters) {
    if (term.path != path || term.op != Operator::kEqual) continue;
    if (found != nullptr) return std::nullopt;  // alternatives
    found = &term;
  }
  if (found == nullptr) return std::nullopt;
  return found->value;
}

Answer<Query> parse_query(const http_server::Fields& parameters, const QueryLimits& limits) {
  Query out;
  out.limit = limits.page_unasked;
  for (const auto& [parameter, value] : parameters) {
    auto name = take_apart(parameter);
    if (!name)
      return refuse_parameter(parameter, fmt::format("\"{}\" has brackets that do not match.", parameter));
    if (name->family == "filter") {
      API_TRY(read_filter(std::move(*name), parameter, value, limits.filters, out));
    } else if (name->family == "page") {
      API_TRY(read_page(*name, parameter, value, limits.page, out));
    } else if (name->family == "sort" && name->parts.empty()) {
      read_sort(value, out);
    } else if (name->family == "include" && name->parts.empty()) {
      for (const auto& path : split(value, ',')) out.include.push_back(split(path, '.'));
    } else if (name->family == "fields" && name->parts.size() == 1) {
      auto& set = out.fields[name->parts[0]];
      for (auto& field : split(value, ',')) set.insert(std::move(field));
    } else if (name->family == "flag" && name->parts.size() == 1) {
      out.flags[name->parts[0]] = value;
    }
  }
  return out;
}

std::string percent_encode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain)
      out += c;
    else
      fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string query_with(const http_server::Fields& parameters, std::string_view name, std::string_view value) {
  std::string out;
  const auto add = [&](std::string_view key, std::string_view text) {
    out += out.empty() ? '?' : '&';
    out.append(percent_encode(key)).append("=").append(percent_encode(text));
  };
  for (const auto& [key, text] : parameters)
    if (key != name) add(key, text);
  add(name, value);
  return out;
}

}  // namespace picket::api
