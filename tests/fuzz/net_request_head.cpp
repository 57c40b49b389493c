// The request head: any bytes, in any steps, are refused or read without touching memory that is not ours; the verdict
// does not depend on the steps.
#include <cstdlib>

#include "net/request_guard.hpp"

using namespace ingot;
using namespace ingot::net;

namespace {

struct Verdict {
    HeadScan::State state = HeadScan::State::Incomplete;
    int status = 0;
    size_t head_end = 0;
    bool operator==(Verdict const&) const = default;
};

Verdict judge(std::string_view bytes, size_t step) {
    Limits limits;
    HeadScan scan(limits);
    Verdict verdict;
    for (size_t size = std::min(step, bytes.size());; size = std::min(size + step, bytes.size())) {
        verdict.state = scan.look(bytes.substr(0, size));
        if (verdict.state != HeadScan::State::Incomplete || size == bytes.size()) break;
    }
    if (verdict.state != HeadScan::State::Complete) return verdict;
    Head head;
    Framing framing;
    auto refusal = read_head(bytes, scan, limits, {}, head, framing);
    verdict.status = refusal ? refusal->status : 0;
    verdict.head_end = scan.head_end();
    if (!refusal && framing.chunked && head.content_length) abort();
    if (!refusal && !head.http_1_0 && !head.has("host")) abort();
    return verdict;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(uint8_t const* data, size_t size) {
    std::string_view bytes(reinterpret_cast<char const*>(data), size);
    if (size > 20'000) return 0;
    if (!(judge(bytes, size + 1) == judge(bytes, 5))) abort();
    return 0;
}
