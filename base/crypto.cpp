#include "base/crypto.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <cstring>
#include <stdexcept>

#include "base/crc32c_table.hpp"
#include "base/encoding.hpp"

namespace ingot {
namespace {

// Slicing by 8: table[k][b] is the CRC of byte b followed by k zero bytes.
using CrcTables = std::array<std::array<uint32_t, 256>, 8>;

CrcTables make_crc_tables() {
    CrcTables tables{};
    for (uint32_t i = 0; i < 256; ++i) {
        uint32_t crc = i;
        for (int bit = 0; bit < 8; ++bit) crc = crc & 1 ? crc >> 1 ^ 0x82F63B78u : crc >> 1;
        tables[0][i] = crc;
    }
    for (uint32_t i = 0; i < 256; ++i)
        for (size_t k = 1; k < 8; ++k) tables[k][i] = tables[k - 1][i] >> 8 ^ tables[0][tables[k - 1][i] & 0xFF];
    return tables;
}

#if defined(__x86_64__)
// The processor's own CRC-32C instruction (SSE 4.2), 8 bytes at a time.
__attribute__((target("sse4.2"))) uint32_t crc32c_by_instruction(std::string_view bytes, uint32_t crc_before) {
    char const* at = bytes.data();
    size_t left = bytes.size();
    uint64_t crc = crc_before;
    for (; left >= 8; left -= 8, at += 8) {
        uint64_t word;
        std::memcpy(&word, at, sizeof word);
        crc = __builtin_ia32_crc32di(crc, word);
    }
    auto short_crc = uint32_t(crc);
    for (; left > 0; --left, ++at) short_crc = __builtin_ia32_crc32qi(short_crc, uint8_t(*at));
    return short_crc;
}
#endif

EVP_MD const* sha256_method() {
    static EVP_MD* const method = EVP_MD_fetch(nullptr, "SHA256", nullptr);  // fetched once: 0.5 us a hash cheaper
    return method;
}

// Set up once a thread: the one-shot HMAC() looks its methods up by name in every call.
class HmacSha256 {
  public:
    HmacSha256() : method_(EVP_MAC_fetch(nullptr, "HMAC", nullptr)), context_(EVP_MAC_CTX_new(method_)) {
        char digest_name[] = "SHA256";
        OSSL_PARAM const parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest_name, 0),
                                         OSSL_PARAM_construct_end()};
        if (context_ == nullptr || EVP_MAC_CTX_set_params(context_, parameters) != 1)
            throw std::runtime_error("HMAC-SHA-256 unavailable");
    }
    ~HmacSha256() {
        EVP_MAC_CTX_free(context_);
        EVP_MAC_free(method_);
    }
    HmacSha256(HmacSha256 const&) = delete;
    HmacSha256& operator=(HmacSha256 const&) = delete;

    Digest digest(std::string_view key, std::string_view bytes) {
        static constexpr unsigned char kNoKey = 0;  // a null key would keep the one before
        auto const* key_bytes = key.empty() ? &kNoKey : reinterpret_cast<unsigned char const*>(key.data());
        Digest digest;
        size_t size = 0;
        bool const made =
            EVP_MAC_init(context_, key_bytes, key.size(), nullptr) == 1 &&
            EVP_MAC_update(context_, reinterpret_cast<unsigned char const*>(bytes.data()), bytes.size()) == 1 &&
            EVP_MAC_final(context_, digest.data(), &size, digest.size()) == 1;
        if (!made || size != digest.size()) throw std::runtime_error("HMAC-SHA-256 failed");
        return digest;
    }

  private:
    EVP_MAC* method_;
    EVP_MAC_CTX* context_;
};

}  // namespace

struct Sha256::State {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    ~State() { EVP_MD_CTX_free(context); }
    void start() {
        if (EVP_DigestInit_ex(context, sha256_method(), nullptr) != 1) throw std::runtime_error("SHA-256 unavailable");
    }
};

Sha256::Sha256() : state_(std::make_unique<State>()) { state_->start(); }
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

Sha256& Sha256::add(std::string_view bytes) {
    EVP_DigestUpdate(state_->context, bytes.data(), bytes.size());
    return *this;
}

Digest Sha256::finish() {
    Digest digest;
    EVP_DigestFinal_ex(state_->context, digest.data(), nullptr);
    state_->start();
    return digest;
}

Digest sha256(std::string_view bytes) {
    thread_local Sha256 hash;
    return hash.add(bytes).finish();
}

Digest hmac_sha256(std::string_view key, std::string_view bytes) {
    thread_local HmacSha256 hmac;
    return hmac.digest(key, bytes);
}

uint32_t crc32c_by_table(std::string_view bytes, uint32_t crc_before) {
    uint32_t crc = ~crc_before;
    static CrcTables const tables = make_crc_tables();
    auto const* at = reinterpret_cast<uint8_t const*>(bytes.data());
    size_t left = bytes.size();
    for (; left >= 8; left -= 8, at += 8) {
        uint32_t low = crc ^ (uint32_t(at[0]) | uint32_t(at[1]) << 8 | uint32_t(at[2]) << 16 | uint32_t(at[3]) << 24);
        crc = tables[7][low & 0xFF] ^ tables[6][low >> 8 & 0xFF] ^ tables[5][low >> 16 & 0xFF] ^ tables[4][low >> 24] ^
              tables[3][at[4]] ^ tables[2][at[5]] ^ tables[1][at[6]] ^ tables[0][at[7]];
    }
    for (; left > 0; --left, ++at) crc = tables[0][(crc ^ *at) & 0xFF] ^ crc >> 8;
    return ~crc;
}

uint32_t crc32c(std::string_view bytes, uint32_t crc_before) {
#if defined(__x86_64__)
    static bool const has_instruction = __builtin_cpu_supports("sse4.2");
    if (has_instruction) return ~crc32c_by_instruction(bytes, ~crc_before);
#endif
    return crc32c_by_table(bytes, crc_before);
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

void wipe(std::string& secret) {
    OPENSSL_cleanse(secret.data(), secret.size());
    secret.clear();
}

std::string Random::bytes(size_t size) {
    std::string out(size, '\0');
    fill(out.data(), size);
    return out;
}

uint64_t Random::u64() {
    uint64_t value;
    fill(&value, sizeof value);
    return value;
}

namespace {

void fill_from_generator(void* out, size_t size) {
    if (RAND_bytes(static_cast<unsigned char*>(out), int(size)) != 1) throw std::runtime_error("no random bytes");
}

// Fetched 4 KiB at a time by each thread: a salt or a request id costs no call into the generator. Bytes that were
// given away are not kept.
struct FetchedRandom {
    std::array<char, 4096> bytes;
    size_t used = sizeof bytes;
    void fill(void* out, size_t size) {
        if (used + size > bytes.size()) {
            fill_from_generator(bytes.data(), bytes.size());
            used = 0;
        }
        std::memcpy(out, bytes.data() + used, size);
        OPENSSL_cleanse(bytes.data() + used, size);
        used += size;
    }
};

}  // namespace

void SystemRandom::fill(void* out, size_t size) {
    constexpr size_t kSmall = 256;
    thread_local FetchedRandom fetched;
    if (size > kSmall) return fill_from_generator(out, size);
    fetched.fill(out, size);
}

std::array<uint8_t, 16> make_uuid7(int64_t unix_ms, Random& random) {
    std::array<uint8_t, 16> uuid;
    random.fill(uuid.data(), uuid.size());
    for (int i = 0; i < 6; ++i) uuid[size_t(i)] = uint8_t(uint64_t(unix_ms) >> (40 - 8 * i));
    uuid[6] = uint8_t((uuid[6] & 0x0F) | 0x70);
    uuid[8] = uint8_t((uuid[8] & 0x3F) | 0x80);
    return uuid;
}

std::string format_uuid(std::array<uint8_t, 16> const& uuid) {
    std::string hex = to_hex({reinterpret_cast<char const*>(uuid.data()), uuid.size()});
    for (size_t at : {20, 16, 12, 8}) hex.insert(at, 1, '-');
    return hex;
}

std::string make_object_id(std::string_view letters, int64_t unix_ms, Random& random) {
    static constexpr std::string_view kCrockford = "0123456789abcdefghjkmnpqrstvwxyz";
    auto uuid = make_uuid7(unix_ms, random);
    std::string out(letters);
    out += '_';
    unsigned buffer = 0;
    int bits = 2;  // 128 bits in 26 characters of 5: two leading zero bits
    for (uint8_t byte : uuid) {
        buffer = buffer << 8 | byte;
        for (bits += 8; bits >= 5; bits -= 5) out += kCrockford[buffer >> (bits - 5) & 31];
        buffer &= 0xFF;
    }
    return out;
}

}  // namespace ingot
