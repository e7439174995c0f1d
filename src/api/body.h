#pragma once

#include <boost/json/fwd.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/resource.h"
#include "base/time.h"

namespace picket::api {

enum class Purpose { kCreate, kChange };

/// What a POST or PATCH body asks for, checked against the type: names, JSON types, lengths, choices.
/// Attributes that may not be written but are sent as they are have been left out, and so have relationships
/// that are read-only or unchanged.
class Changes {
 public:
  Changes();
  ~Changes();
  Changes(Changes&&) noexcept;
  Changes& operator=(Changes&&) noexcept;

  bool has(std::string_view name) const;
  bool is_null(std::string_view name) const;
  /// Only for attributes of the fitting type that are present and not null; `otherwise` else.
  std::string text(std::string_view name, std::string_view otherwise = {}) const;
  std::optional<bool> boolean(std::string_view name) const;
  std::optional<double> number(std::string_view name) const;
  std::optional<TimePoint> time(std::string_view name) const;
  /// The value as JSON text ("" when absent).
  std::string json(std::string_view name) const;
  /// The value itself; null when absent.
  const boost::json::value* value(std::string_view name) const;
  bool empty() const;

 private:
  friend Answer<Changes> read_changes(const ResourceType&, Purpose, std::string_view, const Row&,
                                      const std::map<std::string, std::string>&);
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Reads `{"data":{"type","attributes","relationships"}}`. `current` is the row as it is (kChange), null for
/// kCreate. `fixed` says for relationships with kFixed which id they have (kCreate). All faults of the
/// attributes are told at once, each with its pointer. Hostile input; limits are those of codec::parse_json.
Answer<Changes> read_changes(const ResourceType& type, Purpose purpose, std::string_view body,
                             const Row& current, const std::map<std::string, std::string>& fixed = {});

/// A JSON object that is no JSON:API document (actions such as test and reread). An empty body is an empty
/// object.
Answer<boost::json::object> read_object(std::string_view body);

/// 400 with a sentence unless 1..`max` code points of UTF-8 without control characters. `name` is for the
/// sentence.
Status check_text(std::string_view name, std::string_view text, std::size_t max, bool may_be_empty);

/// The version that If-Match names: nullopt when the header is absent or `*`. 412 when it is no version at
/// all.
Answer<std::optional<std::int64_t>> if_match(const http_server::Request& request);

}  // namespace picket::api
