#include "detect/notes.h"

namespace picket::detect {
namespace {

Error error_at(TextPlace place, std::string message) {
  Error error(ErrorKind::kInvalidInput, std::move(message));
  error.place = place;
  return error;
}

}  // namespace

void Notes::warn(TextPlace place, std::string message) {
  warnings.push_back(error_at(place, std::move(message)));
}

tl::unexpected<Error> fail_at(TextPlace place, std::string message) {
  return fail(error_at(place, std::move(message)));
}

}  // namespace picket::detect
