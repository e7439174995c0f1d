#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "onepassword_simulator/faults.h"

/// Internal to this module: the text of a page, and the ways in which it can be wrong.
namespace picket::onepassword_simulator {

/// The parts of an answer of a stream. The frame stands before the records in `text`, so that a page of a
/// thousand events is rendered in place and never copied.
class PageText {
 public:
  PageText();
  /// Where records are appended, separated by commas.
  std::string& text() { return text_; }

  /// Positions in `text()` where each record ends, in order.
  std::vector<std::size_t> ends;
  std::string cursor;
  bool more = false;

  /// Puts the records into another order or changes one. Needs `ends`.
  void reorder(const std::vector<std::size_t>& order);
  std::vector<std::string> records() const;
  void replace_records(const std::vector<std::string>& records);

  /// The finished body. `variant` as in FaultAction::page, empty for a right one.
  std::string finish(std::string_view variant);

 private:
  std::string text_;
};

/// The record with a mistake (FaultAction::mutate).
std::string mutate_record(std::string_view record, std::string_view how);

}  // namespace picket::onepassword_simulator
