#pragma once

#include <string>
#include <vector>

#include "api/filter.h"
#include "api/resource.h"
#include "codec/json_writer.h"
#include "http_server/http.h"

/// The generic part of JSON:API: lists, single objects, related objects, compound documents.
namespace picket::api {

/// Threads: any; holds nothing but the catalogue. Failure: values; see `Problem`.
class Engine {
 public:
  explicit Engine(const Catalogue& catalogue) : catalogue_(catalogue) {}

  Answer<http_server::Response> list(const ResourceType& type, const Scope& scope,
                                     const http_server::Request& request) const;
  Answer<http_server::Response> get(const ResourceType& type, const Scope& scope, const std::string& id,
                                    const http_server::Request& request) const;
  Answer<http_server::Response> related(const ResourceType& type, const Scope& scope, const std::string& id,
                                        const std::string& relationship,
                                        const http_server::Request& request) const;

  /// One object as an answer, with its ETag.
  http_server::Response object(const ResourceType& type, const Row& row, int status = 200) const;
  /// Lists the given rows as `list` would: filter, sort, page, include.
  Answer<http_server::Response> page(const ResourceType& type, const Scope& scope, std::vector<Row> rows,
                                     const Query& query, const http_server::Request& request) const;
  /// `row` must exist and belong to the scope: 404 otherwise.
  Answer<Row> must_get(const ResourceType& type, const Scope& scope, const std::string& id) const;

  static void write_object(codec::JsonWriter& out, const ResourceType& type, const Row& row,
                           const std::set<std::string>* fields = nullptr);

 private:
  Answer<http_server::Response> print(const ResourceType& type, const FoundPage& page, const Query& query,
                                      const http_server::Request& request, RowCache& cache) const;
  Answer<http_server::Response> single(const ResourceType& type, const Row& row, const Query& query,
                                       RowCache& cache) const;
  Answer<void> sort(const ResourceType& type, const Query& query, std::vector<Row>& rows) const;
  Answer<void> write_included(codec::JsonWriter& out, const ResourceType& type, const std::vector<Row>& rows,
                              const Query& query, RowCache& cache) const;

  const Catalogue& catalogue_;
};

/// The body of an answer, as JSON.
http_server::Response json_response(std::string body, int status = 200);

}  // namespace picket::api
