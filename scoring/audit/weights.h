// The numbers of the fitted model (model.h), one row a feature so that a reader can see what each
// one speaks for. tests/audit/fit.py writes weights.cc.
#pragma once

#include "scoring/audit/model.h"

namespace candor::scoring {

struct FittedFeature {
  const char* name;  // in the order of kFeatureNames
  double mean;       // over the fitted rows
  double scale;      // standard deviation, 1 where a feature never varies
  double weight[kKinds];
};

extern const FittedFeature kFittedFeatures[kFeatures];
extern const double kFittedBias[kKinds];

}  // namespace candor::scoring
