// The process_* family of Prometheus, read from /proc.
#pragma once

#include "api/metrics.hpp"

namespace ingot::api {

void write_process_metrics(MetricsText& text);

}  // namespace ingot::api
