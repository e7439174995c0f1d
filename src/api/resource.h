#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "api/query.h"
#include "api/value.h"
#include "base/result.h"
#include "control/types.h"

/// Resource types described as data, so that one engine lists, filters, sorts and prints all of them.
namespace picket::api {

/// On whose behalf something is read or changed. Made from the session alone; nothing in a request can widen
/// it.
struct Scope {
  std::string organization_id;
  model::Actor actor;
  std::stop_token cancelled;
  std::string user_id = {}, session_id = {};
};

/// A row of any type: what a resource type's functions read. Null: no such row.
using Row = std::shared_ptr<const void>;

enum class AttributeType { kString, kEnum, kTime, kBoolean, kNumber, kObject, kArray };

/// Traits of attributes and relationships; combined by `|`.
enum Trait : unsigned {
  kPlain = 0,
  kReadOnly = 1u << 0,
  kSetOnce = 1u << 1,  ///< at creation, then never
  kNullOk = 1u << 2,
  kNoFilter = 1u << 3,
  kNoSort = 1u << 4,
  kWriteOnly = 1u << 5,  ///< taken, never shown
  kRequired = 1u << 6,   ///< at creation
  /// Relationships: may be sent, but only as it is; another value is refused with a sentence.
  kFixed = 1u << 7,
  /// Not shown: a part of the row that may be asked for. An enum's operands must be among its choices.
  kFilterOnly = 1u << 8,
  /// Several values, one a line: a filter holds when it does for one of them (`!`: for none).
  kEachLine = 1u << 9,
  /// A text that people write in lines: taken as it is, up to `max_length` bytes.
  kManyLines = 1u << 10,
};

struct Attribute {
  std::string name;
  AttributeType type = AttributeType::kString;
  unsigned traits = kPlain;
  std::function<Value(const void*)> get;
  std::vector<std::string> choices;  ///< kEnum
  std::size_t max_length = 200;      ///< kString, in code points
  std::function<Value(const void*)> sort_by = {};  ///< instead of `get`, where the value's own order means nothing
  bool is(Trait trait) const { return (traits & trait) != 0; }
};

struct Relationship {
  std::string name;
  std::string target;  ///< resource type; one that is not in the catalogue answers null or an empty list
  bool to_many = false;
  unsigned traits = kReadOnly;
  std::function<std::string(const void*)> id;  ///< to-one: the target's id, "" = null. Absent: always null
  std::string via;  ///< to-many: the target's relationship that points back here. Empty: always an empty list
  bool is(Trait trait) const { return (traits & trait) != 0; }
};

/// Rows of one page, in order, and how many there are on all of them.
struct FoundPage {
  std::vector<Row> rows;
  std::size_t total = 0;
};

struct ResourceType {
  std::string name;
  std::string called;  ///< one of them in the words of people: "security device"
  std::vector<Attribute> attributes;
  std::vector<Relationship> relationships;
  std::function<std::string_view(const void*)> id;
  std::function<std::int64_t(const void*)> version;
  /// Every row the scope may see. The query is a hint that saves work; the engine filters again.
  std::function<Answer<std::vector<Row>>(const Scope&, const Query&)> list;
  /// For types of which there are too many to look through: the page as the store finds it. Nothing where the query asks for what
  /// the store cannot tell; then `list` answers it. May be absent.
  std::function<Answer<std::optional<FoundPage>>(const Scope&, const Query&)> page;
  std::function<Answer<Row>(const Scope&, const std::string& id)> get;
  /// A row as of this moment, for those that are shown. May be absent.
  std::function<Row(const Row&)> refresh;
  std::vector<SortTerm> default_sort;
  /// Rows come in an order that means something (histories): it decides between equal keys. Otherwise the id
  /// does.
  bool ordered = false;

  const Attribute* attribute(std::string_view name) const;
  const Relationship* relationship(std::string_view name) const;
};

template <typename T>
Row make_row(T value) {
  return std::make_shared<const T>(std::move(value));
}

/// The `get` of types that are few: looks through the list.
inline std::function<Answer<Row>(const Scope&, const std::string&)> get_by_listing(
    std::function<Answer<std::vector<Row>>(const Scope&, const Query&)> list,
    std::function<std::string_view(const void*)> id_of) {
  return [list = std::move(list), id_of = std::move(id_of)](const Scope& scope,
                                                            const std::string& id) -> Answer<Row> {
    API_ASSIGN(std::vector<Row> rows, list(scope, {}));
    for (auto& row : rows)
      if (id_of(row.get()) == id) return row;
    return Row();
  };
}

/// Writes a type down: `Builder<Device>("security_devices", "security device").attribute("name", kString,
/// [](const Device& d) …)`.
template <typename T>
class Builder {
 public:
  using Getter = Value (*)(const T&);

  Builder(std::string name, std::string called) {
    type_.name = std::move(name);
    type_.called = std::move(called);
    type_.default_sort = {{"created_at", false}};
    type_.version = [](const void*) -> std::int64_t { return 1; };
  }
  Builder& id(std::string_view (*read)(const T&)) {
    type_.id = [read](const void* row) { return read(*static_cast<const T*>(row)); };
    return *this;
  }
  Builder& version(std::int64_t (*read)(const T&)) {
    type_.version = [read](const void* row) { return read(*static_cast<const T*>(row)); };
    return *this;
  }
  Builder& attribute(std::string name, AttributeType kind, Getter read, unsigned traits = kReadOnly) {
    type_.attributes.push_back({std::move(name),
                                kind,
                                traits,
                                [read](const void* row) { return read(*static_cast<const T*>(row)); },
                                {}});
    return *this;
  }
  Builder& computed(std::string name, AttributeType kind, std::function<Value(const T&)> read,
                    unsigned traits = kReadOnly) {
    type_.attributes.push_back(
        {std::move(name),
         kind,
         traits,
         [read = std::move(read)](const void* row) { return read(*static_cast<const T*>(row)); },
         {}});
    return *this;
  }
  Builder& choice(std::string name, std::vector<std::string> choices, Getter read,
                  unsigned traits = kReadOnly) {
    attribute(std::move(name), AttributeType::kEnum, read, traits);
    type_.attributes.back().choices = std::move(choices);
    return *this;
  }
  /// Of the attribute before.
  Builder& sort_by(Getter read) {
    type_.attributes.back().sort_by = [read](const void* row) { return read(*static_cast<const T*>(row)); };
    return *this;
  }
  /// Attributes of the original that this release has nothing to put into.
  Builder& nulls(AttributeType type, std::initializer_list<const char*> names) {
    for (const char* name : names)
      attribute(
          name, type, [](const T&) { return Value(); }, kReadOnly | kNullOk);
    return *this;
  }
  Builder& max_length(std::size_t code_points) {
    type_.attributes.back().max_length = code_points;
    return *this;
  }
  Builder& to_one(std::string name, std::string target, std::string (*read)(const T&),
                  unsigned traits = kReadOnly) {
    type_.relationships.push_back({std::move(name),
                                   std::move(target),
                                   false,
                                   traits,
                                   [read](const void* row) { return read(*static_cast<const T*>(row)); },
                                   {}});
    return *this;
  }
  Builder& to_many(std::string name, std::string target, std::string via) {
    type_.relationships.push_back(
        {std::move(name), std::move(target), true, kReadOnly, nullptr, std::move(via)});
    return *this;
  }
  /// Relationships of the original whose other end does not exist here (yet).
  Builder& no_one(std::initializer_list<const char*> names) {
    for (const char* name : names) type_.relationships.push_back({name, "", false, kReadOnly, nullptr, {}});
    return *this;
  }
  Builder& none(std::initializer_list<const char*> names) {
    for (const char* name : names) type_.relationships.push_back({name, "", true, kReadOnly, nullptr, {}});
    return *this;
  }
  Builder& default_sort(std::vector<SortTerm> terms) {
    type_.default_sort = std::move(terms);
    return *this;
  }
  Builder& refresh(std::function<Row(const Row&)> function) {
    type_.refresh = std::move(function);
    return *this;
  }
  Builder& ordered() {
    type_.ordered = true;
    return *this;
  }
  Builder& list(std::function<Answer<std::vector<Row>>(const Scope&, const Query&)> function) {
    type_.list = std::move(function);
    return *this;
  }
  Builder& page(std::function<Answer<std::optional<FoundPage>>(const Scope&, const Query&)> function) {
    type_.page = std::move(function);
    return *this;
  }
  Builder& get(std::function<Answer<Row>(const Scope&, const std::string&)> function) {
    type_.get = std::move(function);
    return *this;
  }
  ResourceType build() {
    if (!type_.get) type_.get = get_by_listing(type_.list, type_.id);
    return std::move(type_);
  }

 private:
  ResourceType type_;
};

/// All types by name. Filled at start, then only read. Threads: any.
class Catalogue {
 public:
  void add(ResourceType type) {
    auto name = type.name;
    types_.emplace(std::move(name), std::move(type));
  }
  const ResourceType* find(std::string_view name) const {
    const auto found = types_.find(name);
    return found == types_.end() ? nullptr : &found->second;
  }
  const std::map<std::string, ResourceType, std::less<>>& all() const { return types_; }

 private:
  std::map<std::string, ResourceType, std::less<>> types_;
};

}  // namespace picket::api
