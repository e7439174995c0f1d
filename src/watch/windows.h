#pragma once

#include "watch/watch.h"

namespace picket::watch {

/// The correlations of one organization on their way. A cache of the stored signals and nothing more.
struct Watch::Windows {
  RulingPtr ruling;  ///< whose rules the correlator has
  detect::Correlator correlator;
};

}  // namespace picket::watch
