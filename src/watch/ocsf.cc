#include "watch/ocsf.h"

#include <algorithm>
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

const std::vector<std::string>& given_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> out;
    for (const Given& given : kGiven) out.emplace_back(given.name);
    return out;
  }();
  return names;
}

}  // namespace

void add_ocsf_names(detect::ProgramOptions& options, std::span<const std::string_view> names) {
  options.given = given_names();
  options.in_document = [names](std::string_view name) { return std::binary_search(names.begin(), names.end(), name); };
}

detect::Technology ocsf_technology(std::span<const std::unique_ptr<connector::Connector>> connectors) {
  return [connectors](const detect::LogSource& source, detect::ProgramOptions& options) -> std::unique_ptr<detect::RecordContext> {
    for (const auto& connector : connectors)
      for (const connector::StreamInfo& stream : connector->streams()) {
        if (stream.product != source.product || stream.service != source.service) continue;
        add_ocsf_names(options, connector->ocsf_names(stream.name));
        return std::make_unique<OcsfContext>(*connector, stream.name);
      }
    return nullptr;
  };
}

void OcsfContext::set(std::string_view record, const model::EventView& view) {
  record_ = record;
  view_ = &view;
  trouble_.clear();
}

void OcsfContext::set(std::string_view record) {
  record_ = record;
  view_ = nullptr;
  own_.reset();
  trouble_.clear();
}

connector::Normaliser& OcsfContext::normaliser() {
  if (normaliser_ == nullptr) normaliser_ = connector_.normaliser();
  return *normaliser_;
}

std::optional<std::string_view> OcsfContext::given(std::size_t index) {
  if (view_ == nullptr && !own_) {
    own_ = normaliser().normalise(stream_, record_, TimePoint());
    normaliser().reset();  // its texts are gone; only numbers are asked for
    if (own_->unreadable) static_cast<void>(document());  // says why
  }
  const model::EventView& view = view_ != nullptr ? *view_ : *own_;
  if (view.class_uid == 0) return std::nullopt;  // not mapped
  return numbers_[index] = std::to_string(kGiven[index].value(view));
}

std::string OcsfContext::document() {
  auto made = normaliser().to_ocsf(stream_, record_);
  normaliser().reset();
  if (!made) trouble_ = made.error().message;
  return made ? std::move(*made) : std::string();
}

}  // namespace picket::watch
