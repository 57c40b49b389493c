#include "registry/record_values.hpp"

#include <algorithm>

#include "base/limits.hpp"

namespace ingot::registry {
namespace {

constexpr Limits kLimits;
constexpr uint32_t kIndexMax = 0x7fffffff;
constexpr int64_t kTtlMax = 0x7fffffff;

struct Complaint {
    std::string member, detail, detail_zh;
};

std::vector<Complaint> complaints(storage::RecordValue const& value) {
    std::vector<Complaint> found;
    if (value.index == 0 || value.index > kIndexMax)
        found.push_back({"/index", "must be 1 to 2147483647", "应为 1 至 2147483647"});
    if (value.type.empty() || value.type.size() > kLimits.value_type_bytes_max)
        found.push_back({"/type", "must be 1 to 128 bytes", "应为 1 至 128 字节"});
    if (value.type == "HS_SECKEY")
        found.push_back({"/type", "secret keys are not kept in records here", "本节点的记录不保存密钥"});
    if (value.ttl < 0 || (!value.ttl_absolute && value.ttl > kTtlMax))
        found.push_back({"/ttl", "must be 0 to 2147483647 seconds", "应为 0 至 2147483647 秒"});
    if (value.data.size() > kLimits.value_bytes_max)
        found.push_back({"/data", "must be at most 64 KiB", "最多 64 KiB"});
    return found;
}

}  // namespace

Result<void> check_values(std::vector<storage::RecordValue>& values, Time now, std::string const& pointer) {
    if (values.size() > kLimits.values_per_record_max)
        return fail(Code::TooManyItems, "a record holds at most 2,048 values", "每条记录最多 2048 个值");
    Error error{Code::InvalidMember, "values of the record are not valid", "记录的值无效"};
    size_t bytes = 0;
    for (size_t i = 0; i < values.size(); ++i) {
        bytes += values[i].data.size() + values[i].type.size() + 16;
        values[i].timestamp = to_micros(now) / 1'000'000;
        for (Complaint& complaint : complaints(values[i]))
            if (error.faults.size() < 20)
                error.faults.push_back({pointer + '/' + std::to_string(i) + complaint.member, "invalid-member",
                                        std::move(complaint.detail), std::move(complaint.detail_zh)});
    }
    if (bytes > kLimits.record_bytes_max)
        return fail(Code::BodyTooLarge, "a record holds at most 1 MiB", "每条记录最多 1 MiB");
    std::stable_sort(values.begin(), values.end(), [](auto const& a, auto const& b) { return a.index < b.index; });
    auto twice = std::adjacent_find(values.begin(), values.end(),
                                    [](auto const& a, auto const& b) { return a.index == b.index; });
    if (twice != values.end())
        error.faults.push_back({pointer, "invalid-member", "index " + std::to_string(twice->index) + " stands twice",
                                "索引 " + std::to_string(twice->index) + " 重复"});
    if (error.faults.empty()) return {};
    error.detail += ": " + error.faults.front().detail;
    error.detail_zh += "：" + error.faults.front().detail_zh;
    return fail(std::move(error));
}

}  // namespace ingot::registry
