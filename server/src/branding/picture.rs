//! Pictures that staff upload. What is stored and served is drawn anew from the pixels: no metadata, no second file hidden behind the
//! first, no script survives that, and only three decoders are part of this program (PNG, JPEG, WebP; SVG is a program, not a picture).

use crate::closed;
use app::phrase;
use app::words::Phrase;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::imageops;
use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits, Rgb, RgbImage};
use std::io::Cursor;

closed!(
    /// What there can be a picture of.
    Picture { Logo = "logo", Background = "background" }
);

/// A picture as it is kept and served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn {
    pub width: u32,
    pub height: u32,
    pub bytes: Vec<u8>,
}

/// Of which a decoder may not use more, whatever a file says of itself.
const MEMORY: u64 = 160 * 1024 * 1024;

impl Picture {
    /// Largest upload, in bytes.
    #[must_use]
    pub const fn limit(self) -> usize {
        match self {
            Self::Logo => 512 * 1024,
            Self::Background => 1024 * 1024,
        }
    }

    /// The largest that is accepted to draw from: a small file can claim to be gigantic.
    const fn most_pixels(self) -> u64 {
        match self {
            Self::Logo => 4_000_000,
            Self::Background => 24_000_000,
        }
    }

    /// What it is drawn into at most.
    const fn frame(self) -> (u32, u32) {
        match self {
            Self::Logo => (640, 320),
            Self::Background => (2560, 1600),
        }
    }

    /// Logos keep their transparency, and backgrounds have none.
    #[must_use]
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Logo => "png",
            Self::Background => "jpg",
        }
    }

    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Logo => "image/png",
            Self::Background => "image/jpeg",
        }
    }

    /// Draws an upload anew. Takes a second of processor time at most.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn draw(self, upload: &[u8]) -> Result<Drawn, Phrase> {
        if upload.len() > self.limit() {
            return Err(phrase!(problem.picture_too_large, size = self.limit() / 1024));
        }
        let picture = self.decoded(upload)?;
        let (width, height) = self.frame();
        let fits = picture.width() <= width && picture.height() <= height;
        let picture = if fits {
            picture
        } else {
            picture.resize(width, height, imageops::FilterType::Triangle)
        };
        let mut bytes = Vec::new();
        match self {
            Self::Logo => {
                let encoder = PngEncoder::new_with_quality(&mut bytes, CompressionType::Best, FilterType::Adaptive);
                DynamicImage::from(picture.to_rgba8()).write_with_encoder(encoder)
            }
            Self::Background => {
                let encoder = JpegEncoder::new_with_quality(&mut bytes, 82);
                DynamicImage::from(on_white(&picture)).write_with_encoder(encoder)
            }
        }
        .map_err(|error| phrase!(problem.picture_undrawn, why = error.to_string()))?;
        Ok(Drawn {
            width: picture.width(),
            height: picture.height(),
            bytes,
        })
    }

    fn decoded(self, upload: &[u8]) -> Result<DynamicImage, Phrase> {
        let broken = |_| phrase!(problem.picture_damaged);
        let reader = ImageReader::new(Cursor::new(upload)).with_guessed_format();
        let mut reader = reader.map_err(|_| not_a_picture())?;
        if !matches!(
            reader.format(),
            Some(ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP)
        ) {
            return Err(not_a_picture());
        }
        let mut limits = Limits::default();
        limits.max_alloc = Some(MEMORY);
        reader.limits(limits);
        let mut decoder = reader.into_decoder().map_err(broken)?;
        let (width, height) = decoder.dimensions();
        let pixels = u64::from(width) * u64::from(height);
        if pixels == 0 || pixels > self.most_pixels() {
            let millions = self.most_pixels() / 1_000_000;
            return Err(phrase!(
                problem.picture_pixels,
                width = width,
                height = height,
                millions = millions
            ));
        }
        // How the camera was held is said beside the pixels, which is lost with everything else that is.
        let orientation = decoder.orientation().map_err(broken)?;
        let mut picture = DynamicImage::from_decoder(decoder).map_err(broken)?;
        picture.apply_orientation(orientation);
        Ok(picture)
    }
}

fn not_a_picture() -> Phrase {
    phrase!(problem.picture_none)
}

fn on_white(picture: &DynamicImage) -> RgbImage {
    let picture = picture.to_rgba8();
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [red, green, blue, alpha] = picture.get_pixel(x, y).0;
        let over = |channel: u8| {
            let (channel, alpha) = (u32::from(channel), u32::from(alpha));
            u8::try_from((channel * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX)
        };
        Rgb([over(red), over(green), over(blue)])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::RgbaImage;

    fn written(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let picture = RgbaImage::from_fn(width, height, |x, y| {
            image::Rgba([x.to_le_bytes()[0], y.to_le_bytes()[0], 90, 255])
        });
        let mut bytes = Cursor::new(Vec::new());
        let picture = if format == ImageFormat::Jpeg {
            DynamicImage::from(DynamicImage::from(picture).to_rgb8())
        } else {
            DynamicImage::from(picture)
        };
        picture.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn the_three_kinds_of_pictures_are_drawn_anew_whatever_they_are_called() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
            let upload = written(60, 30, format);
            for picture in [Picture::Logo, Picture::Background] {
                let drawn = picture.draw(&upload).unwrap();
                assert_eq!((drawn.width, drawn.height), (60, 30));
                let kind = image::guess_format(&drawn.bytes).unwrap();
                assert_eq!(kind.to_mime_type(), picture.content_type());
            }
        }
    }

    // A file that is a picture and something else at once stays a picture only.
    #[test]
    fn nothing_but_the_pixels_survives() {
        let mut upload = written(20, 20, ImageFormat::Png);
        upload.extend(b"<script>alert(1)</script>PK\x03\x04");
        let comment = b"\x00\x00\x00\x0ctEXtAuthor\x00Mallo\x00\x00\x00\x00";
        // Before the first chunk of data: signature 8, header 25.
        let crc = {
            let mut crc = u32::MAX;
            for byte in &comment[4..20] {
                crc ^= u32::from(*byte);
                for _ in 0..8 {
                    crc = if crc & 1 == 1 {
                        (crc >> 1) ^ 0xedb8_8320
                    } else {
                        crc >> 1
                    };
                }
            }
            !crc
        };
        let mut chunk = comment[..20].to_vec();
        chunk.extend(crc.to_be_bytes());
        upload.splice(33..33, chunk);
        for picture in [Picture::Logo, Picture::Background] {
            let drawn = picture.draw(&upload).unwrap();
            let text = String::from_utf8_lossy(&drawn.bytes).into_owned();
            assert!(!text.contains("script") && !text.contains("Mallo"), "{picture}");
            assert_eq!(Picture::Logo.draw(&drawn.bytes).unwrap().width, 20);
        }
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        let png = written(20, 20, ImageFormat::Png);
        for bad in [
            b"".to_vec(),
            b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>1</script></svg>".to_vec(),
            b"GIF89a\x01\x00\x01\x00\x00\x00\x00;".to_vec(),
            b"%PDF-1.7".to_vec(),
            b"<html>".to_vec(),
            png[..png.len() / 2].to_vec(),
            png[..30].to_vec(),
        ] {
            assert!(Picture::Logo.draw(&bad).is_err(), "{:?}", String::from_utf8_lossy(&bad));
        }
        assert!(
            Picture::Logo
                .draw(&vec![0; 512 * 1024 + 1])
                .unwrap_err()
                .to_string()
                .contains("512 KiB")
        );
    }

    // A few hundred bytes that claim to be thousands of millions of pixels.
    #[test]
    fn a_decompression_bomb_is_refused_before_it_is_unpacked() {
        let mut bomb = written(8, 8, ImageFormat::Png);
        bomb.splice(16..24, [0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
        let crc = {
            let mut crc = u32::MAX;
            for byte in &bomb[12..29] {
                crc ^= u32::from(*byte);
                for _ in 0..8 {
                    crc = if crc & 1 == 1 {
                        (crc >> 1) ^ 0xedb8_8320
                    } else {
                        crc >> 1
                    };
                }
            }
            !crc
        };
        bomb.splice(29..33, crc.to_be_bytes());
        let refused = Picture::Background.draw(&bomb).unwrap_err();
        assert!(
            refused.to_string().contains("65535 × 65535") && refused.to_string().contains("million"),
            "{refused}"
        );
        let flat = RgbaImage::new(2100, 2000);
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::from(flat).write_to(&mut bytes, ImageFormat::Png).unwrap();
        assert!(
            Picture::Logo
                .draw(bytes.get_ref())
                .unwrap_err()
                .to_string()
                .contains("2100 × 2000")
        );
        let background = Picture::Background.draw(bytes.get_ref()).unwrap();
        assert_eq!((background.width, background.height), (1680, 1600), "made smaller");
    }
}
