//! The program `plumbline`.


pub mod http;
