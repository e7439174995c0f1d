#include "watch/ocsf.h"

#include <iterator>

namespace picket::watch {
namespace {

std::uint64_t class_uid(const model::EventView& view) { return view.class_uid; }
std::uint64_t category_uid(const model::EventView& view) { return view.class_uid / 1000; }
std::uint64_t activity_id(const model::EventView& view) { return view.activity_id; }
std::uint64_t type_uid(const model::EventView& view) { return std::uint64_t{view.class_uid} * 100 + view.activity_id; }
std::uint64_t status_id(const model::EventView& view) { return static_cast<std::uint64_t>(view.outcome); }

struct Given {
  std::string_view name;
  std::uint64_t (*value)(const model::EventView&);
};
constexpr Given kGiven[] = {{"class_uid", class_uid}, {"category_uid", category_uid}, {"activity_id", activity_id}, {"type_uid", type_uid}, {"status_id", status_id}};

}  // namespace

const std::vector<std::string>& ocsf_given() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> out;
    for (const Given& given : kGiven) out.emplace_back(given.name);
    return out;
  }();
  return names;
}

void OcsfContext::set(std::string_view record, const model::EventView& view) {
  record_ = record;
  view_ = &view;
}

std::optional<std::string_view> OcsfContext::given(std::size_t index) {
  if (view_->class_uid == 0) return std::nullopt;  // not mapped
  return numbers_[index] = std::to_string(kGiven[index].value(*view_));
}

std::string OcsfContext::document() {
  if (normaliser_ == nullptr) normaliser_ = connector_.normaliser();
  auto made = normaliser_->to_ocsf(stream_, record_);
  normaliser_->reset();
  return made ? std::move(*made) : std::string();
}

}  // namespace picket::watch
