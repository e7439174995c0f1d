#include "connector/connector.h"

namespace picket::connector {

const Connector* Registry::find(std::string_view slug) const {
  for (const auto& connector : connectors_)
    if (connector->slug() == slug) return connector.get();
  return nullptr;
}

}  // namespace picket::connector
