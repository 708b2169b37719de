<?php

use App\Http\Controllers\LoginController;
use Illuminate\Support\Facades\Route;

Route::get('/login', [LoginController::class, 'login'])->name('login');
Route::get('/token', [LoginController::class, 'token']);
Route::post('/logout', [LoginController::class, 'logout']);
Route::post('/notify', [LoginController::class, 'notify'])->middleware('auth');
