#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/result.h"
#include "base/time.h"

struct sqlite3_stmt;

namespace picket::sql {

class Database;

/// Bytes rather than text; copied by bind().
struct Blob {
  std::string_view bytes;
};
/// Bytes that outlive the statement's use: bound without a copy.
struct StaticBlob {
  std::string_view bytes;
};

/// A prepared statement with its parameters, taken from its database's cache and given back at the end.
///
///   PICKET_ASSIGN(auto rows, db.prepare("select id, name from device where organization_id = ?"));
///   rows.bind_all(organization_id);
///   while (true) { PICKET_ASSIGN(const bool more, rows.step()); if (!more) break; use(rows.text(0)); }
///
/// Threads: those of its database (one at a time). Failure: a bind that failed is reported by the next step.
class Statement {
 public:
  Statement() = default;
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&& other) noexcept;
  ~Statement();

  /// Parameters count from 1, as in SQLite. Integers, bools, doubles, texts, Blob, TimePoint (microseconds),
  /// nullptr, and std::optional of these (absent: NULL).
  template <typename T>
  Statement& bind(int index, const T& value) {
    if constexpr (std::is_null_pointer_v<T>) {
      bind_null(index);
    } else if constexpr (std::is_same_v<T, TimePoint>) {
      bind_integer(index, to_micros(value));
    } else if constexpr (std::is_same_v<T, Blob>) {
      bind_blob(index, value.bytes, true);
    } else if constexpr (std::is_same_v<T, StaticBlob>) {
      bind_blob(index, value.bytes, false);
    } else if constexpr (std::integral<T>) {
      bind_integer(index, static_cast<std::int64_t>(value));
    } else if constexpr (std::floating_point<T>) {
      bind_real(index, static_cast<double>(value));
    } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
      bind_text(index, value);
    } else {  // std::optional
      if (value.has_value())
        bind(index, *value);
      else
        bind_null(index);
    }
    return *this;
  }
  /// Parameters 1, 2, … in order.
  template <typename... Args>
  Statement& bind_all(const Args&... args) {
    int index = 0;
    (bind(++index, args), ...);
    return *this;
  }

  /// True: a row is there to be read. False: done (the statement is reset and may be bound and stepped
  /// again).
  Result<bool> step();
  /// Steps to the end, rows passed over.
  Status run();
  /// For another round with other parameters.
  void reset();

  // Columns of the current row, counted from 0. Views live until the next step.
  bool null(int column) const;
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string_view text(int column) const;
  std::string_view blob(int column) const;
  std::string string(int column) const { return std::string(text(column)); }
  bool boolean(int column) const { return integer(column) != 0; }
  TimePoint time(int column) const { return from_micros(integer(column)); }
  std::optional<TimePoint> maybe_time(int column) const {
    return null(column) ? std::nullopt : std::optional(time(column));
  }
  std::optional<std::string> maybe_string(int column) const {
    return null(column) ? std::nullopt : std::optional(string(column));
  }
  std::optional<double> maybe_real(int column) const {
    return null(column) ? std::nullopt : std::optional(real(column));
  }

 private:
  friend class Database;
  Statement(sqlite3_stmt* statement, std::vector<sqlite3_stmt*>* home) : statement_(statement), home_(home) {}
  void bind_null(int index);
  void bind_integer(int index, std::int64_t value);
  void bind_real(int index, double value);
  void bind_text(int index, std::string_view value);
  void bind_blob(int index, std::string_view value, bool copy);
  void note(int code);

  sqlite3_stmt* statement_ = nullptr;
  std::vector<sqlite3_stmt*>* home_ = nullptr;  ///< where the database keeps idle ones; null: finalize
  int bind_error_ = 0;
};

}  // namespace picket::sql
