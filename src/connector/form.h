#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace picket::connector {

/// One field of an Add Security Device form; the dialect is described in connector/README.md.
struct FormField {
  std::string name, path, label, help, type, placeholder, pattern, pattern_message, default_value;
  bool required = false;
  bool inspect = false;
  std::vector<std::pair<std::string, std::string>> choices;  ///< value, label
  bool secret() const { return type == "secret"; }
};

struct Form {
  std::vector<FormField> fields;
  int backfill_default_days = 0;
  int backfill_max_days = 0;
};

/// Reads a form and holds it against the dialect: known keys only, every field with name, path, label and
/// help, unique names and paths, secrets under `secrets.device_info.` and everything else under
/// `device_spec.`, choices for a choice, a guide with steps, sensible days. Errors: kInvalidInput naming the
/// field.
Result<Form> parse_form(std::string_view json);

/// Holds a device_spec (JSON object text) against the form: known members only, texts, required ones there, a
/// choice among its choices or `extra_choices`, a date one of the calendar, a pattern fitted. Errors carry
/// `field`
/// (`device_spec.server`).
Status check_device_spec(const Form& form, std::string_view device_spec,
                         std::span<const std::string> extra_choices);

}  // namespace picket::connector
