// Decodes a chunked body as its bytes arrive (RFC 9112 7.1), with the limits of spec/security.md 7. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "net/request_guard.hpp"

namespace ingot::net {

class ChunkedDecoder {
  public:
    enum class State { More, Done, Refused };

    explicit ChunkedDecoder(uint64_t body_bytes_max) : body_bytes_max_(body_bytes_max) {}

    // Takes bytes from the front of `in`, says in `taken` how many, and appends decoded data to `out`. After Done the
    // bytes from `taken` on belong to the next request. A chunk that would pass the limit is refused (413) at its size
    // line, before its data. Trailers are checked and dropped.
    State feed(std::string_view in, size_t& taken, std::string& out);

    Refusal const& refusal() const { return refusal_; }

  private:
    enum class At : uint8_t { Size, Extension, SizeLf, Data, DataCr, DataLf, Trailer, TrailerLf, Done };

    State refuse(Refusal refusal);
    State step(char c);
    State size_byte(char c);
    State extension_byte(char c);
    State begin_chunk();
    State trailer_byte(char c);
    State end_trailer();

    uint64_t body_bytes_max_;
    uint64_t body_bytes_ = 0;  // sum of chunk sizes begun
    uint64_t chunk_left_ = 0;  // size being read, then data bytes still to come
    uint32_t chunks_ = 0;
    uint32_t digits_ = 0;
    uint32_t extension_bytes_ = 0;
    bool quoted_ = false, escaped_ = false;
    uint32_t trailer_bytes_ = 0, trailers_ = 0;
    std::string trailer_;  // the line being read
    At at_ = At::Size;
    Refusal refusal_;
};

}  // namespace ingot::net
