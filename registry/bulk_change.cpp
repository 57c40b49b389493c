// Several changes in one request, and what is kept of them between its commits.
#include <algorithm>

#include "base/encoding.hpp"
#include "registry/registration.hpp"

namespace ingot::registry {
namespace {

// The rows and the leaves so far, for Operation::progress.
std::string pack(BulkDone const& done) {
    std::string out;
    put_u64be(out, done.log.first);
    put_u64be(out, done.log.count);
    put_i64be(out, to_micros(done.log.time));
    out += bytes_of(done.log.hash);
    put_u32be(out, static_cast<uint32_t>(done.log.runs.size()));
    for (LeafRun const& run : done.log.runs) {
        put_u64be(out, run.first);
        put_u64be(out, run.count);
    }
    for (std::string const& row : done.rows) {
        put_u32be(out, static_cast<uint32_t>(row.size()));
        out += row;
    }
    return out;
}

tl::unexpected<Error> does_not_parse() {
    return fail(Code::DataDamaged, "the stored progress of this request does not parse", "存储的请求进度已损坏");
}

Result<void> unpack(std::string_view in, BulkDone& done) {
    constexpr size_t kHead = 8 + 8 + 8 + 32 + 4;
    size_t const runs = in.size() < kHead ? SIZE_MAX : get_u32be(in, kHead - 4);
    if (runs > in.size() / 16 || in.size() < kHead + runs * 16) return does_not_parse();
    done = {};
    done.log.first = get_u64be(in, 0);
    done.log.count = get_u64be(in, 8);
    done.log.time = from_micros(get_i64be(in, 16));
    std::copy_n(in.begin() + 24, done.log.hash.size(), done.log.hash.begin());
    size_t at = kHead;
    for (size_t i = 0; i < runs; ++i, at += 16) done.log.runs.push_back({get_u64be(in, at), get_u64be(in, at + 8)});
    while (at < in.size()) {
        size_t const left = in.size() - at;
        size_t const size = left < 4 ? SIZE_MAX : get_u32be(in, at);
        if (left < 4 || size > left - 4) return does_not_parse();
        done.rows.emplace_back(in.substr(at + 4, size));
        at += 4 + size;
    }
    return {};
}

// One item of a bulk request; how it ended is rendered and kept.
struct Bulk {
    std::vector<BulkItem> items;
    RenderRow row;
    BulkDone done = {};

    Result<void> decide(storage::Batch& batch, size_t i) {
        if (i == 0) done = {};
        auto changed = items[i](batch);
        done.rows.push_back(row(i, changed));
        if (!changed) return fail(std::move(changed.error()));
        LeafNote const& leaf = changed->log;
        for (LeafRun const& run : leaf.runs) done.log.add(run);
        done.log.time = leaf.time;
        done.log.hash = leaf.hash;
        return {};
    }
};

}  // namespace

storage::Operation bulk_change(std::vector<BulkItem> items, OnError on_error, RenderRow row, Render<BulkDone> render) {
    auto bulk = std::make_shared<Bulk>(Bulk{std::move(items), std::move(row)});
    storage::Operation operation;
    operation.bytes = 2048 * bulk->items.size() + 1024;
    if (on_error == OnError::rollback) {
        operation.apply = [bulk](storage::Batch& batch, uint32_t) -> Result<void> {
            for (size_t i = 0; i < bulk->items.size(); ++i)
                if (auto done = bulk->decide(batch, i); !done) {
                    Error error = done.error();
                    return fail(error.with("item", static_cast<int64_t>(i)));
                }
            return {};
        };
    } else {
        operation.steps = static_cast<uint32_t>(bulk->items.size());
        // A refused item has written nothing (every check of a Registrar comes before its first put), so the step may
        // count as done: in a request of one item an Error would refuse the whole, and its row would be lost.
        operation.apply = [bulk](storage::Batch& batch, uint32_t step) -> Result<void> {
            (void)bulk->decide(batch, step);
            return {};
        };
        operation.progress = [bulk] { return pack(bulk->done); };
        operation.resume = [bulk](storage::Bytes stored) { return unpack(stored, bulk->done); };
    }
    operation.reply = [bulk, render = std::move(render)](storage::Batch&) { return render(bulk->done); };
    return operation;
}

}  // namespace ingot::registry
