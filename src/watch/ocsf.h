#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "connector/connector.h"
#include "detect/program.h"
#include "model/event.h"

namespace picket::watch {

/// Lets the rules of a program name OCSF values: those that every event view has (class_uid, activity_id ...), and those of the
/// document that `names` lists, sorted (connector::Connector::ocsf_names). The names must outlive the compilation.
void add_ocsf_names(detect::ProgramOptions& options, std::span<const std::string_view> names);

/// What a program knows of the log sources that streams of these connectors are, for trying rules without a server: the same names
/// with the same meaning. The connectors must outlive it and every context that it gave.
detect::Technology ocsf_technology(std::span<const std::unique_ptr<connector::Connector>> connectors);

/// An event as rules ask for it under OCSF names: what its view says at once, all else from its OCSF document, which is made only
/// when a condition comes to it. Place: one for a page. Threads: one at a time.
class OcsfContext final : public detect::RecordContext {
 public:
  OcsfContext(const connector::Connector& connector, std::string_view stream) : connector_(connector), stream_(stream) {}
  /// Both must live until the next `set`.
  void set(std::string_view record, const model::EventView& view);
  /// Without a view at hand: it is made when a rule asks for what it says.
  void set(std::string_view record) override;

  std::optional<std::string_view> given(std::size_t index) override;
  std::string document() override;
  std::string trouble() const override { return trouble_; }

 private:
  connector::Normaliser& normaliser();

  const connector::Connector& connector_;
  const std::string stream_;
  std::unique_ptr<connector::Normaliser> normaliser_;
  std::string_view record_;
  const model::EventView* view_ = nullptr;  ///< null: own_ stands for it
  std::optional<model::EventView> own_;
  std::string trouble_;
  std::string numbers_[5];
};

}  // namespace picket::watch
