// All cryptography goes through this header, so that another library can be linked (spec/security.md 12).
// Functions are thread safe. Digests are raw bytes in std::string / std::array.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace ingot {

using Digest = std::array<uint8_t, 32>;

inline std::string_view bytes_of(Digest const& digest) {
    return {reinterpret_cast<char const*>(digest.data()), digest.size()};
}

Digest sha256(std::string_view bytes);
Digest hmac_sha256(std::string_view key, std::string_view bytes);

// One SHA-256 over several pieces without joining them. Reusable after finish().
class Sha256 {
  public:
    Sha256();
    ~Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;
    Sha256& add(std::string_view bytes);
    Digest finish();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

// CRC-32C (Castagnoli, reflected, init and xor 0xFFFFFFFF); crc32c("123456789") == 0xe3069283.
uint32_t crc32c(std::string_view bytes, uint32_t crc_before = 0);

bool equal_in_constant_time(std::string_view a, std::string_view b);
void wipe(std::string& secret);

// Random bytes arrive through an object, so a test can own them.
class Random {
  public:
    virtual ~Random() = default;
    virtual void fill(void* out, size_t size) = 0;
    std::string bytes(size_t size);
    uint64_t u64();
};

// OpenSSL's generator. Thread safe. Not for use after fork().
class SystemRandom final : public Random {
  public:
    void fill(void* out, size_t size) override;
};

// A UUIDv7 as 16 bytes: 48 bits of Unix milliseconds, then random bits (RFC 9562 5.7).
std::array<uint8_t, 16> make_uuid7(int64_t unix_ms, Random& random);
std::string format_uuid(std::array<uint8_t, 16> const& uuid);  // 8-4-4-4-12 lower-case hex
// "al_" + 26 lower-case Crockford base32 characters of a UUIDv7 (spec/api-conventions.md 1).
std::string make_object_id(std::string_view letters, int64_t unix_ms, Random& random);

}  // namespace ingot
