//! How an installation looks: its accent colour, logo and background (A8). Whatever is chosen, text stays readable (F1).

pub mod colour;
pub mod look;
pub mod picture;
pub mod upload;
