#pragma once

#include "watch/watch.h"

namespace picket::watch {

/// The correlations of one organization on their way. A cache of the stored signals and nothing more.
struct Watch::Windows {
  RulingPtr ruling;  ///< whose rules the correlator has
  detect::Correlator correlator;
  std::vector<detect::Signal> page = {};  ///< room that is used again
  std::uint64_t recalled = 0, missed = 0;  ///< of its stats, as far as they were told
};

}  // namespace picket::watch
