#include "net/body_reader.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>

namespace ingot::net {
namespace {

constexpr uint64_t kRatioMax = 100;
constexpr int kGzipWindow = 15 + 16;  // zlib: 32 KiB window, gzip wrapper only
constexpr size_t kReserveMax = 64 * 1024;

Refusal damaged() { return {400, "bad-encoding", "the body is no complete gzip data", "正文不是完整的 gzip 数据"}; }

}  // namespace

struct GzipDecoder::State {
    z_stream stream{};
    size_t decoded_bytes_max = 0;
    uint64_t in_bytes = 0, out_bytes = 0;
    bool member_ended = false;
    ~State() { inflateEnd(&stream); }
};

GzipDecoder::GzipDecoder(size_t decoded_bytes_max) : state_(std::make_unique<State>()) {
    state_->decoded_bytes_max = decoded_bytes_max;
    if (inflateInit2(&state_->stream, kGzipWindow) != Z_OK) throw std::bad_alloc();
}
GzipDecoder::~GzipDecoder() = default;
GzipDecoder::GzipDecoder(GzipDecoder&&) noexcept = default;

std::optional<Refusal> GzipDecoder::feed(std::string_view in, std::string& out) {
    State& state = *state_;
    state.in_bytes += in.size();
    state.stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
    state.stream.avail_in = static_cast<uInt>(in.size());
    std::array<unsigned char, 16384> piece;
    bool output_full = false;
    while (state.stream.avail_in > 0 || output_full) {
        if (state.member_ended) {
            inflateReset(&state.stream);  // RFC 1952 2.2: members follow one another
            state.member_ended = false;
        }
        state.stream.next_out = piece.data();
        state.stream.avail_out = static_cast<uInt>(piece.size());
        int result = inflate(&state.stream, Z_NO_FLUSH);
        if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) return damaged();
        size_t made = piece.size() - state.stream.avail_out;
        state.out_bytes += made;
        if (state.out_bytes > state.decoded_bytes_max) return body_too_large(state.decoded_bytes_max);
        if (state.out_bytes > kRatioMax * state.in_bytes)
            return Refusal{413, "body-too-large", "the body expands more than 100 times", "正文解压超过 100 倍",
                           kRatioMax};
        out.append(reinterpret_cast<char const*>(piece.data()), made);
        state.member_ended = result == Z_STREAM_END;
        output_full = state.stream.avail_out == 0 && !state.member_ended;
        if (result == Z_BUF_ERROR && made == 0) break;
    }
    return std::nullopt;
}

std::optional<Refusal> GzipDecoder::finish() const {
    if (state_->member_ended) return std::nullopt;
    return damaged();
}

BodyReader::BodyReader(Plan plan) : plan_(plan) {
    if (plan_.length) {
        left_ = *plan_.length;
        if (!plan_.drop && !plan_.gzip)
            body_.reserve(static_cast<size_t>(std::min<uint64_t>({left_, plan_.body_bytes_max, kReserveMax})));
    } else {
        chunked_.emplace(plan_.body_bytes_max);
    }
    if (plan_.gzip && !plan_.drop) gzip_.emplace(plan_.body_bytes_max);
}

BodyReader::State BodyReader::refuse(Refusal refusal) {
    refusal_ = std::move(refusal);
    return State::Refused;
}

BodyReader::State BodyReader::feed(std::string_view in, size_t& taken) {
    if (chunked_) {
        piece_.clear();
        bool direct = !plan_.drop && !gzip_;
        auto state = chunked_->feed(in, taken, direct ? body_ : piece_);
        received_ += taken;
        if (state == ChunkedDecoder::State::Refused) return refuse(chunked_->refusal());
        return take(piece_, state == ChunkedDecoder::State::Done);
    }
    if (plan_.length > plan_.body_bytes_max) return refuse(body_too_large(plan_.body_bytes_max));
    taken = static_cast<size_t>(std::min<uint64_t>(left_, in.size()));
    left_ -= taken;
    received_ += taken;
    return take(in.substr(0, taken), left_ == 0);
}

// Keeps, decompresses or drops bytes of the body.
BodyReader::State BodyReader::take(std::string_view data, bool last) {
    if (gzip_) {
        if (auto refusal = gzip_->feed(data, body_)) return refuse(std::move(*refusal));
        if (!last) return State::More;
        if (auto refusal = gzip_->finish()) return refuse(std::move(*refusal));
    } else if (!plan_.drop) {
        body_.append(data);
    }
    return last ? State::Done : State::More;
}

}  // namespace ingot::net
