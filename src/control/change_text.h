#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "codec/json_writer.h"
#include "control/types.h"

/// What a history row says: `{"kind","sentence","before","after"}`, with changed attributes alone and never a
/// secret.
namespace picket::control {

/// Collects the changes of one row.
class ChangeText {
 public:
  explicit ChangeText(std::string_view kind) : kind_(kind) {
    before_.begin_object();
    after_.begin_object();
  }
  /// A text attribute; nothing when both are the same. `label` empty: no sentence part.
  void text(std::string_view name, std::string_view label, std::string_view before, std::string_view after);
  void number(std::string_view name, std::string_view label, std::optional<double> before,
              std::optional<double> after);
  void boolean(std::string_view name, bool before, bool after);
  void time(std::string_view name, std::optional<TimePoint> before, std::optional<TimePoint> after);
  /// Two JSON object texts: the keys of the top level that differ. Names each in the sentence when
  /// `label_keys`.
  void object(std::string_view name, std::string_view label, const std::string& before,
              const std::string& after);
  /// Only in `after`, as of something new (`before` stays without it).
  void added(std::string_view name, std::string_view value);
  void added_json(std::string_view name, std::string_view json);
  void added_time(std::string_view name, std::optional<TimePoint> value);
  /// Only in `before`, as of something gone.
  void removed(std::string_view name, std::string_view value);
  void say(std::string_view sentence);

  bool changed() const { return changed_; }
  /// The row's JSON; the object is empty afterwards.
  std::string take();

 private:
  std::string kind_, sentence_;
  codec::JsonWriter before_, after_;
  bool changed_ = false;
};

/// "Healthy", "Needs attention", "Unhealthy", "Verifying", "Paused".
std::string_view health_word(const model::Health& health);
/// The row of a verdict that differs in status, level or code.
std::string health_change(const model::Health& before, const model::Health& after);
/// The row of a credential whose end came near.
std::string expiry_warning(const ExpiryWarning& warning);
/// The row of a first or another credential.
std::string secret_change(const std::optional<Credential>& before, const Credential& after, bool keep_cursors,
                          TimePoint start_time);

}  // namespace picket::control
