// The chunked body: any bytes, in any steps, give the same data and the same verdict, within the limit.
#include <cstdlib>

#include "net/body_reader.hpp"

using namespace ingot::net;

namespace {

constexpr uint64_t kBytesMax = 4096;

struct Outcome {
    ChunkedDecoder::State state = ChunkedDecoder::State::More;
    std::string body;
    bool operator==(Outcome const&) const = default;
};

Outcome decode(std::string_view bytes, size_t step) {
    ChunkedDecoder decoder(kBytesMax);
    Outcome outcome;
    while (!bytes.empty() && outcome.state == ChunkedDecoder::State::More) {
        size_t taken = 0;
        outcome.state = decoder.feed(bytes.substr(0, step), taken, outcome.body);
        bytes.remove_prefix(taken);
    }
    if (outcome.body.size() > kBytesMax) abort();
    return outcome;
}

void unpack(std::string_view bytes) {
    BodyReader reader({bytes.size(), kBytesMax, true, false});
    size_t taken = 0;
    reader.feed(bytes, taken);
    if (reader.body().size() > kBytesMax) abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(uint8_t const* data, size_t size) {
    std::string_view bytes(reinterpret_cast<char const*>(data), size);
    if (!(decode(bytes, size + 1) == decode(bytes, 3))) abort();
    unpack(bytes);
    return 0;
}
