#include "onepassword/normalise.h"
namespace picket::onepassword {
Result<std::string> ocsf_document(std::string_view, std::string_view, const model::EventView&) {
  return fail(ErrorKind::kInternal, "later");
}
}  // namespace picket::onepassword
