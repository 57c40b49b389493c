// What the transport says when it refuses, in English and Chinese, with the limit that was passed. Pure.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "net/http.hpp"

namespace ingot::net {

Refusal bad_framing(std::string detail, std::string detail_zh);                     // 400
Refusal target_too_long(size_t bytes_max);                                          // 414
Refusal too_many_fields(size_t fields_max);                                         // 431
Refusal head_too_large(size_t bytes_max);                                           // 431
Refusal body_too_large(size_t bytes_max);                                           // 413
Refusal too_many_bodies();                                                          // 503
Refusal head_too_late(std::chrono::milliseconds limit);                             // 408
Refusal body_too_late(std::chrono::milliseconds limit);                             // 408
Refusal body_below_rate(std::chrono::milliseconds grace, uint64_t bytes_a_second);  // 408; judged after `grace`

}  // namespace ingot::net
