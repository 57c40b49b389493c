// Strangers' bytes as a capture request. Nothing may crash or hang, and what was read once must be read again from its
// stored bytes with the same digests: otherwise a stored event could not be rebuilt.
#include <cstdint>
#include <string_view>

#include "tests/fuzz/fuzz_check.hpp"
#include "tracechain/epcis_reader.hpp"

namespace {

using namespace ingot::tracechain;

void check_event(ReadEvent const& read, ReadTerms const& terms) {
    FUZZ_CHECK(read.event.has_value() != read.error.has_value());
    if (read.error) {
        FUZZ_CHECK(!read.error->detail.empty() && !read.error->faults.empty());
        return;
    }
    Event const& event = *read.event;
    auto again = read_stored_event(event.bytes, event.context, terms);
    FUZZ_CHECK(again.has_value());
    FUZZ_CHECK(again->content_digest == event.content_digest && again->hash_cbv20 == event.hash_cbv20);
    FUZZ_CHECK(again->id == event.id && again->kind == event.kind && again->members.size() == event.members.size());
    auto hash = hash_event(event.bytes, event.context);
    FUZZ_CHECK(hash && hash->content_digest == event.content_digest);
}

}  // namespace

// The first byte chooses the content type and the strictness.
extern "C" int LLVMFuzzerTestOneInput(uint8_t const* data, size_t size) {
    if (size == 0) return 0;
    std::string_view body(reinterpret_cast<char const*>(data) + 1, size - 1);
    ReadTerms terms;
    terms.hosts.own_hosts = {"ingot.example"};
    terms.strict = (data[0] & 1) != 0;
    terms.lenient = (data[0] & 2) != 0;
    auto read = read_capture_body(body, (data[0] & 4) != 0 ? "application/x-ndjson" : "application/json", terms);
    if (!read) {
        FUZZ_CHECK(!read.error().detail.empty());
        return 0;
    }
    for (ReadEvent const& event : read->events) check_event(event, terms);
    return 0;
}
