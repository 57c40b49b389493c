// CRC-32C without the processor's own instruction: what crc32c() of crypto.hpp does where there is none.
#pragma once

#include <cstdint>
#include <string_view>

namespace ingot {

uint32_t crc32c_by_table(std::string_view bytes, uint32_t crc_before = 0);

}  // namespace ingot
