// Health, metrics and what describes the node itself (spec/operations.md 5, 6; api-conventions.md 4, 14, 16).
#pragma once

#include "api/handler.hpp"

namespace ingot::api::v1 {

Result<net::Answer> show_health(Call const& call, Services& services);           // GET /healthz
Result<net::Answer> show_readiness(Call const& call, Services& services);        // GET /readyz
Result<net::Answer> show_metrics(Call const& call, Services& services);          // GET /metrics
Result<net::Answer> show_meta(Call const& call, Services& services);             // GET /v1/meta
Result<net::Answer> show_api_description(Call const& call, Services& services);  // GET /docs/openapi.json
Result<net::Answer> find_api_description(Call const& call, Services& services);  // GET /openapi.json
Result<net::Answer> show_problem_page(Call const& call, Services& services);     // GET /docs/problems/{code}
Result<net::Answer> show_ca_certificate(Call const& call, Services& services);   // GET /pki/ca.crt

}  // namespace ingot::api::v1
