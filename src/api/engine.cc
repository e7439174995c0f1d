#include "api/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>

namespace picket::api {
namespace {

using http_server::Request;
using http_server::Response;

const std::set<std::string>* fields_of(const Query& query, const std::string& type) {
  const auto found = query.fields.find(type);
  return found == query.fields.end() ? nullptr : &found->second;
}

std::string encode_path(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    const auto end = std::min(path.find('/'), path.size());
    out.append("/").append(percent_encode(path.substr(0, end)));
    path.remove_prefix(end);
  }
  return out;
}

std::string etag_of(const ResourceType& type, const Row& row) {
  return fmt::format("\"{}\"", type.version(row.get()));
}

void write_relationship(codec::JsonWriter& out, const Relationship& relationship, const std::string& base,
                        const Row& row) {
  out.key(relationship.name).begin_object();
  out.key("links").begin_object().field("related", base + relationship.name).end_object();
  if (!relationship.to_many) {
    const auto id = relationship.id ? relationship.id(row.get()) : std::string();
    out.key("data");
    if (id.empty())
      out.null();
    else
      out.begin_object().field("type", relationship.target).field("id", id).end_object();
  }
  out.key("meta").begin_object().field("readOnly", relationship.is(kReadOnly)).end_object();
  out.end_object();
}

}  // namespace

Response json_response(std::string body, int status) {
  Response response;
  response.status = status;
  response.headers = {{"content-type", "application/json"}};
  response.body = std::move(body);
  return response;
}

void Engine::write_object(codec::JsonWriter& out, const ResourceType& type, const Row& row,
                          const std::set<std::string>* fields) {
  const std::string_view id = type.id(row.get());
  const auto wanted = [&](const std::string& name) { return fields == nullptr || fields->contains(name); };
  out.begin_object().field("type", type.name).field("id", id);
  out.key("attributes").begin_object();
  for (const auto& attribute : type.attributes) {
    if (attribute.is(kWriteOnly) || attribute.is(kFilterOnly) || !wanted(attribute.name)) continue;
    out.key(attribute.name);
    attribute.get(row.get()).write(out);
  }
  out.end_object().key("relationships").begin_object();
  const std::string base = fmt::format("/api/v2/{}/{}/", type.name, percent_encode(id));
  for (const auto& relationship : type.relationships)
    if (wanted(relationship.name)) write_relationship(out, relationship, base, row);
  out.end_object();
  out.key("meta").begin_object().field("version", type.version(row.get())).end_object().end_object();
}

Answer<Row> Engine::must_get(const ResourceType& type, const Scope& scope, const std::string& id) const {
  API_ASSIGN(Row row, type.get(scope, id));
  if (!row) return refuse_missing(type.called, id);
  return row;
}

Response Engine::object(const ResourceType& type, const Row& row, int status) const {
  codec::JsonWriter out;
  out.begin_object().key("data");
  write_object(out, type, row);
  out.end_object();
  auto response = json_response(out.take(), status);
  response.headers.emplace_back("etag", etag_of(type, row));
  return response;
}

Answer<void> Engine::sort(const ResourceType& type, const Query& query, std::vector<Row>& rows) const {
  struct Key {
    const Attribute* attribute;  // null: id
    bool descending;
  };
  std::vector<Key> keys;
  for (const auto& term : query.sort.empty() ? type.default_sort : query.sort) {
    const auto* attribute = type.attribute(term.field);
    if (attribute == nullptr && term.field != "id")
      return refuse_parameter("sort", fmt::format("{} have no attribute \"{}\" to sort by.", type.name,
                                                  term.field.substr(0, 80)));
    if (attribute != nullptr &&
        (attribute->is(kNoSort) || attribute->is(kWriteOnly) || attribute->type == AttributeType::kObject ||
         attribute->type == AttributeType::kArray))
      return refuse_parameter("sort", fmt::format("{} may not be sorted by {}.", type.name, term.field));
    keys.push_back({attribute, term.descending});
  }
  std::vector<Value> values;  // read once a row, row by row
  values.reserve(rows.size() * keys.size());
  for (const auto& row : rows)
    for (const auto& key : keys)
      values.push_back(key.attribute == nullptr    ? Value(type.id(row.get()))
                       : key.attribute->sort_by ? key.attribute->sort_by(row.get())
                                                : key.attribute->get(row.get()));
  std::vector<std::size_t> order(rows.size());
  std::iota(order.begin(), order.end(), 0u);
  const auto before = [&](std::size_t a, std::size_t b) {
    for (std::size_t k = 0; k < keys.size(); ++k) {
      const int c = values[a * keys.size() + k].compare(values[b * keys.size() + k]);
      if (c != 0) return keys[k].descending ? c > 0 : c < 0;
    }
    // A total order, so that pages never overlap
    if (type.ordered) return !keys.empty() && keys.back().descending ? a > b : a < b;
    return type.id(rows[a].get()) < type.id(rows[b].get());
  };
  const std::size_t needed = std::min(rows.size(), query.offset + query.limit);
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(needed), order.end(), before);
  std::vector<Row> page;
  for (std::size_t i = query.offset; i < needed; ++i) page.push_back(std::move(rows[order[i]]));
  rows = std::move(page);
  return {};
}

Answer<Response> Engine::page(const ResourceType& type, const Scope& scope, std::vector<Row> rows,
                              const Query& query, const Request& request) const {
  RowCache cache(catalogue_, scope);
  API_ASSIGN(const Filter filter, Filter::compile(catalogue_, type, query.filters));
  if (!filter.empty()) {
    std::vector<Row> kept;
    for (auto& row : rows) {
      API_ASSIGN(const bool fits, filter.matches(row, cache));
      if (fits) kept.push_back(std::move(row));
    }
    rows = std::move(kept);
  }
  const std::size_t total = rows.size();
  API_TRY(sort(type, query, rows));
  if (type.refresh)
    for (auto& row : rows) row = type.refresh(row);
  return print(type, {std::move(rows), total}, query, request, cache);
}

Answer<Response> Engine::print(const ResourceType& type, const FoundPage& page, const Query& query,
                               const Request& request, RowCache& cache) const {
  const auto& [rows, total] = page;
  codec::JsonWriter out;
  out.begin_object().key("data").begin_array();
  for (const auto& row : rows) write_object(out, type, row, fields_of(query, type.name));
  out.end_array();
  API_TRY(write_included(out, type, rows, query, cache));
  out.key("meta").begin_object().key("page").begin_object();
  out.field("offset", static_cast<std::uint64_t>(query.offset))
      .field("limit", static_cast<std::uint64_t>(query.limit));
  out.field("total", static_cast<std::uint64_t>(total)).end_object().end_object();
  out.key("links").begin_object();
  if (query.limit > 0 && query.offset + query.limit < total) {
    const auto next = query_with(request.query, "page[offset]", std::to_string(query.offset + query.limit));
    out.field("next", encode_path(request.path) + next);
  }
  out.end_object().end_object();
  return json_response(out.take());
}

Answer<Response> Engine::list(const ResourceType& type, const Scope& scope, const Request& request) const {
  API_ASSIGN(const Query query, parse_query(request.query));
  if (type.page) {
    API_ASSIGN(const std::optional<FoundPage> found, type.page(scope, query));
    RowCache cache(catalogue_, scope);
    if (found) return print(type, *found, query, request, cache);
  }
  API_ASSIGN(std::vector<Row> rows, type.list(scope, query));
  return page(type, scope, std::move(rows), query, request);
}

Answer<Response> Engine::single(const ResourceType& type, const Row& row, const Query& query,
                                RowCache& cache) const {
  codec::JsonWriter out;
  out.begin_object().key("data");
  write_object(out, type, row, fields_of(query, type.name));
  API_TRY(write_included(out, type, {row}, query, cache));
  out.end_object();
  auto response = json_response(out.take());
  response.headers.emplace_back("etag", etag_of(type, row));
  return response;
}

Answer<Response> Engine::get(const ResourceType& type, const Scope& scope, const std::string& id,
                             const Request& request) const {
  API_ASSIGN(const Query query, parse_query(request.query));
  API_ASSIGN(const Row row, must_get(type, scope, id));
  RowCache cache(catalogue_, scope);
  return single(type, row, query, cache);
}

Answer<Response> Engine::related(const ResourceType& type, const Scope& scope, const std::string& id,
                                 const std::string& name, const Request& request) const {
  API_ASSIGN(const Query query, parse_query(request.query));
  API_ASSIGN(const Row row, must_get(type, scope, id));
  const auto* relationship = type.relationship(name);
  if (relationship == nullptr)
    return refuse(404, "not_found",
                  fmt::format("{} have no relationship \"{}\".", type.name, name.substr(0, 80)));
  const auto* target = catalogue_.find(relationship->target);
  RowCache cache(catalogue_, scope);
  if (!relationship->to_many) {
    std::vector<Row> found;
    if (target != nullptr) {
      API_ASSIGN(found, cache.related(type, row, *relationship));
    }
    if (found.empty()) return json_response(R"({"data":null})");
    return single(*target, found.front(), query, cache);
  }
  if (target == nullptr || relationship->via.empty() || !target->list)
    return json_response(
        fmt::format(R"({{"data":[],"meta":{{"page":{{"offset":{},"limit":{},"total":0}}}},"links":{{}}}})",
                    query.offset, query.limit));
  API_ASSIGN(std::vector<Row> rows, cache.related(type, row, *relationship, query.filters));
  return page(*target, scope, std::move(rows), query, request);
}

Answer<void> Engine::write_included(codec::JsonWriter& out, const ResourceType& type,
                                    const std::vector<Row>& rows, const Query& query, RowCache& cache) const {
  if (query.include.empty()) return {};
  std::set<std::pair<std::string, std::string>> seen;
  out.key("included").begin_array();
  for (const auto& path : query.include) {
    const ResourceType* from = &type;
    std::vector<Row> level = rows;
    for (const auto& name : path) {
      const auto* relationship = from->relationship(name);
      if (relationship == nullptr)
        return refuse_parameter("include", fmt::format("{} have no relationship \"{}\" to include.",
                                                       from->name, name.substr(0, 80)));
      const auto* target = catalogue_.find(relationship->target);
      if (target == nullptr) break;
      std::vector<Row> next;
      for (const auto& row : level) {
        API_ASSIGN(std::vector<Row> found, cache.related(*from, row, *relationship));
        for (auto& one : found) {
          if (next.size() >= Query::kMaxLimit) break;
          const auto key = std::make_pair(target->name, std::string(target->id(one.get())));
          if (seen.insert(key).second) write_object(out, *target, one, fields_of(query, target->name));
          next.push_back(std::move(one));
        }
      }
      from = target;
      level = std::move(next);
    }
  }
  out.end_array();
  return {};
}

}  // namespace picket::api
