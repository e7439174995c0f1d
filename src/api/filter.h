#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/resource.h"
#include "base/time.h"

namespace picket::api {

/// A time as filters write it.
std::optional<TimePoint> read_filter_time(std::string text);

/// Rows fetched while one request is answered, so that a filter through a relationship reads each target
/// once.
class RowCache {
 public:
  RowCache(const Catalogue& catalogue, const Scope& scope) : catalogue_(catalogue), scope_(scope) {}
  /// Null when there is none.
  Answer<Row> get(const ResourceType& type, const std::string& id);
  /// The rows at the other end. `hints` tells the target's list what will be asked of it (deleted ones, for
  /// example).
  Answer<std::vector<Row>> related(const ResourceType& type, const Row& row, const Relationship& relationship,
                                   const std::vector<FilterTerm>& hints = {});
  const Catalogue& catalogue() const { return catalogue_; }
  const Scope& scope() const { return scope_; }

 private:
  const Catalogue& catalogue_;
  const Scope& scope_;
  std::map<std::pair<const ResourceType*, std::string>, Row> rows_;
};

/// The filters of one request against one type, checked and with their values read. Terms on one field and of
/// one operator are alternatives, except `!`, `>` and `<`, which all must hold; everything else is ANDed.
class Filter {
 public:
  /// 400 naming the parameter for unknown fields, fields that may not be filtered and values that cannot be
  /// read.
  static Answer<Filter> compile(const Catalogue& catalogue, const ResourceType& type,
                                const std::vector<FilterTerm>& terms);

  Answer<bool> matches(const Row& row, RowCache& cache) const;
  bool empty() const { return groups_.empty(); }

 private:
  struct Step {
    const Relationship* relationship;
    const ResourceType* from;
    const ResourceType* target;  ///< null: not in this release
  };
  struct Group {
    std::vector<std::string> path;
    Operator op;
    std::vector<Step> steps;
    const Attribute* attribute = nullptr;  ///< null: the id at the end of the path
    const ResourceType* owner = nullptr;   ///< type whose attribute or id it is
    std::vector<Value> operands;
  };

  static Answer<Group> locate(const Catalogue& catalogue, const ResourceType& type, const FilterTerm& term);
  static Answer<std::optional<Value>> read_operand(const Group& group, const FilterTerm& term);
  static Answer<bool> group_matches(const Group& group, std::size_t step, const Row& row, RowCache& cache);
  static bool value_matches(const Group& group, const Value& value);
  static bool line_matches(const Group& group, std::string_view lines);

  std::vector<Group> groups_;
};

}  // namespace picket::api
