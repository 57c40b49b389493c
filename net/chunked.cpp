#include "net/chunked.hpp"

#include <algorithm>

#include "net/field_syntax.hpp"

namespace ingot::net {
namespace {

constexpr uint32_t kSizeDigitsMax = 8;
constexpr uint32_t kExtensionBytesMax = 256;
constexpr uint32_t kChunksMax = 16'384;
constexpr uint32_t kChunksUnchecked = 1'024;  // after them chunks must average at least kAverageBytesMin
constexpr uint32_t kAverageBytesMin = 16;
constexpr uint32_t kTrailerBytesMax = 4 * 1024;
constexpr uint32_t kTrailersMax = 16;

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool is_control(char c) {
    auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
}

}  // namespace

ChunkedDecoder::State ChunkedDecoder::refuse(Refusal refusal) {
    refusal_ = std::move(refusal);
    return State::Refused;
}

ChunkedDecoder::State ChunkedDecoder::feed(std::string_view in, size_t& taken, std::string& out) {
    taken = 0;
    while (taken < in.size() && at_ != At::Done) {
        if (at_ == At::Data) {
            size_t piece = static_cast<size_t>(std::min<uint64_t>(chunk_left_, in.size() - taken));
            out.append(in.substr(taken, piece));
            taken += piece;
            chunk_left_ -= piece;
            if (chunk_left_ == 0) at_ = At::DataCr;
            continue;
        }
        if (step(in[taken++]) == State::Refused) return State::Refused;
    }
    return at_ == At::Done ? State::Done : State::More;
}

ChunkedDecoder::State ChunkedDecoder::step(char c) {
    switch (at_) {
        case At::Size:
            return size_byte(c);
        case At::Extension:
            return extension_byte(c);
        case At::SizeLf:
            if (c != '\n')
                return refuse(bad_framing("a chunk size line does not end in CRLF", "分块长度行不以 CRLF 结束"));
            return begin_chunk();
        case At::DataCr:
            if (c != '\r') return refuse(bad_framing("chunk data is not followed by CRLF", "分块数据之后没有 CRLF"));
            at_ = At::DataLf;
            return State::More;
        case At::DataLf:
            if (c != '\n') return refuse(bad_framing("chunk data is not followed by CRLF", "分块数据之后没有 CRLF"));
            at_ = At::Size;
            return State::More;
        case At::Trailer:
            return trailer_byte(c);
        case At::TrailerLf:
            if (c != '\n')
                return refuse(bad_framing("a trailer line does not end in CRLF", "尾部字段行不以 CRLF 结束"));
            return end_trailer();
        case At::Data:
        case At::Done:
            break;
    }
    return State::More;
}

ChunkedDecoder::State ChunkedDecoder::size_byte(char c) {
    if (int digit = hex_value(c); digit >= 0) {
        if (++digits_ > kSizeDigitsMax)
            return refuse(bad_framing("a chunk size has more than 8 digits", "分块长度超过 8 位"));
        chunk_left_ = chunk_left_ * 16 + static_cast<uint64_t>(digit);
        return State::More;
    }
    if (digits_ == 0 || (c != ';' && c != '\r'))
        return refuse(bad_framing("a chunk size is no hexadecimal number", "分块长度不是十六进制数"));
    at_ = c == ';' ? At::Extension : At::SizeLf;
    return State::More;
}

ChunkedDecoder::State ChunkedDecoder::extension_byte(char c) {
    if (c == '\r') {
        if (quoted_)
            return refuse(bad_framing("a quoted string in a chunk extension is not closed", "分块扩展中的引号未闭合"));
        at_ = At::SizeLf;
        return State::More;
    }
    if (is_control(c)) return refuse(bad_framing("a chunk extension has a control character", "分块扩展含有控制字符"));
    if (++extension_bytes_ > kExtensionBytesMax)
        return refuse(bad_framing("a chunk extension is over 256 bytes", "分块扩展超过 256 字节"));
    if (escaped_)
        escaped_ = false;
    else if (quoted_ && c == '\\')
        escaped_ = true;
    else if (c == '"')
        quoted_ = !quoted_;
    return State::More;
}

// The size line ended; decides about the chunk before its data is read.
ChunkedDecoder::State ChunkedDecoder::begin_chunk() {
    uint64_t size = chunk_left_;
    digits_ = 0;
    extension_bytes_ = 0;
    if (size == 0) {
        at_ = At::Trailer;
        return State::More;
    }
    if (size > body_bytes_max_ - body_bytes_) return refuse(body_too_large(body_bytes_max_));
    body_bytes_ += size;
    ++chunks_;
    bool crumbs = chunks_ > kChunksUnchecked && body_bytes_ < uint64_t{kAverageBytesMin} * chunks_;
    if (chunks_ > kChunksMax || crumbs)
        return refuse(bad_framing("the body comes in too many small chunks", "正文的小分块过多"));
    at_ = At::Data;
    return State::More;
}

ChunkedDecoder::State ChunkedDecoder::trailer_byte(char c) {
    if (++trailer_bytes_ > kTrailerBytesMax + 2)
        return refuse(
            {431, "header-too-large", "the trailer is larger than 4 KiB", "尾部字段超过 4 KiB", kTrailerBytesMax});
    if (c == '\r') {
        at_ = At::TrailerLf;
        return State::More;
    }
    if (is_control(c) && c != '\t')
        return refuse(bad_framing("a trailer line has a control character", "尾部字段含有控制字符"));
    trailer_.push_back(c);
    return State::More;
}

ChunkedDecoder::State ChunkedDecoder::end_trailer() {
    ++trailer_bytes_;
    if (trailer_.empty()) {
        at_ = At::Done;
        return State::More;
    }
    if (++trailers_ > kTrailersMax)
        return refuse({431, "header-too-large", "more than 16 trailer fields", "尾部字段超过 16 个", kTrailersMax});
    size_t colon = 0;
    while (colon < trailer_.size() && is_token_char(trailer_[colon])) ++colon;
    if (colon == 0 || colon == trailer_.size() || trailer_[colon] != ':')
        return refuse(bad_framing("a trailer line is no header field", "尾部字段格式不正确"));
    trailer_.clear();
    at_ = At::Trailer;
    return State::More;
}

}  // namespace ingot::net
