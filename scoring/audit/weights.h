// The numbers of the fitted model (model.h), one row a feature so that a reader can see what each
// one speaks for. tests/audit/fit.py writes weights.cc.
#pragma once

#include "scoring/audit/model.h"

namespace candor::scoring {

struct FittedRow {
  const char* name;  // in the order of kFeatureNames
  double mean;
  double scale;
  double weight[kKinds];
};

extern const FittedRow kFittedRows[kFeatures];
extern const double kFittedBias[kKinds];
extern const double kFittedClearlyFull;
extern const double kFittedClearlyDeflection;

}  // namespace candor::scoring
