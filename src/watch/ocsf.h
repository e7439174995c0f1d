#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "connector/connector.h"
#include "detect/program.h"
#include "model/event.h"

namespace picket::watch {

/// OCSF names whose values every event view has (class_uid, activity_id ...), for ProgramOptions::given.
const std::vector<std::string>& ocsf_given();

/// An event as rules ask for it under OCSF names: what its view says at once, all else from its OCSF document, which is made only
/// when a condition comes to it. Place: one for a page. Threads: one at a time.
class OcsfContext final : public detect::EventContext {
 public:
  OcsfContext(const connector::Connector& connector, std::string_view stream) : connector_(connector), stream_(stream) {}
  /// Both must live until the next `set`.
  void set(std::string_view record, const model::EventView& view);

  std::optional<std::string_view> given(std::size_t index) override;
  std::string document() override;

 private:
  const connector::Connector& connector_;
  const std::string stream_;
  std::unique_ptr<connector::Normaliser> normaliser_;
  std::string_view record_;
  const model::EventView* view_ = nullptr;
  std::string numbers_[5];
};

}  // namespace picket::watch
