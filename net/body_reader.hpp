// Collects the body of one request: by length or chunked, plain or gzip, kept or dropped, always within its limit.
// Pure.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/chunked.hpp"

namespace ingot::net {

// Decompresses gzip (RFC 1952) piece by piece. The limits count decoded bytes; the ratio is at most 100.
class GzipDecoder {
  public:
    explicit GzipDecoder(size_t decoded_bytes_max);
    ~GzipDecoder();
    GzipDecoder(GzipDecoder&&) noexcept;

    // Appends to `out` (which holds what was decoded before). 413 past a limit, 400 bad-encoding on damaged data.
    std::optional<Refusal> feed(std::string_view in, std::string& out);
    // 400 if the data is cut off.
    std::optional<Refusal> finish() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

class BodyReader {
  public:
    enum class State { More, Done, Refused };

    struct Plan {
        std::optional<uint64_t> length;  // nothing: chunked
        size_t body_bytes_max = 0;
        bool gzip = false;
        bool drop = false;  // read and forget
    };

    explicit BodyReader(Plan plan);

    // Takes bytes from the front of `in`; after Done the rest belongs to the next request.
    State feed(std::string_view in, size_t& taken);

    std::string& body() { return body_; }
    Refusal const& refusal() const { return refusal_; }
    uint64_t received() const { return received_; }  // bytes taken, framing included

  private:
    State take(std::string_view data, bool last);
    State refuse(Refusal refusal);

    Plan plan_;
    uint64_t left_ = 0;
    uint64_t received_ = 0;
    std::optional<ChunkedDecoder> chunked_;
    std::optional<GzipDecoder> gzip_;
    std::string piece_;  // decoded from chunks, before decompression or dropping
    std::string body_;
    Refusal refusal_;
};

}  // namespace ingot::net
